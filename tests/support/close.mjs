// Equality of what two engines computed.
import assert from 'node:assert/strict';

/**
 * Asserts that two parsed JSON values have the same shape, keys and strings,
 * and numbers that differ by no more than single precision explains: engines
 * add in different orders.
 */
export function assertClose(actual, expected, tolerance = 1e-5, where = '$') {
  if (typeof expected === 'number') {
    const allowed = tolerance * Math.max(1, Math.abs(expected));
    assert.ok(Math.abs(actual - expected) <= allowed, `${where}: ${actual}, expected ${expected}`);
  } else if (expected !== null && typeof expected === 'object') {
    assert.deepEqual(Object.keys(actual ?? {}), Object.keys(expected), where);
    for (const key of Object.keys(expected)) assertClose(actual[key], expected[key], tolerance, `${where}.${key}`);
  } else {
    assert.strictEqual(actual, expected, where);
  }
}
