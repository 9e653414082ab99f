// Requests about traces, their spans and assessments, about evaluation datasets,
// and about webhooks, in order; a function of what was noted where an id is needed.

import { traceMetrics } from './trace-metrics-requests.mjs';

const v3 = '../../3.0/mlflow';
const ajax = '../../../ajax-api';
const trace = `${v3}/traces`;
const datasets = `${v3}/datasets`;

const location = (experiment_id = '0') => ({ type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id } });

/** A value as OTLP's JSON has it. */
function any(value) {
  if (value === null) return {};
  if (Array.isArray(value)) return { arrayValue: { values: value.map(any) } };
  if (typeof value === 'object') return { kvlistValue: { values: attributes(value) } };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'string') return { stringValue: value };
  return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}
const attributes = (values) => Object.entries(values).map(([key, value]) => ({ key, value: any(value) }));

/**
 * Spans of one trace for `POST /v1/traces`; times in milliseconds. Without links:
 * MLflow misreads their ids in JSON.
 */
const otlp = (traceId, spans, { resource = {}, headers = {} } = {}) => ({
  post: '../../../v1/traces',
  headers: { 'x-mlflow-experiment-id': '0', ...headers },
  body: {
    resourceSpans: [
      {
        resource: { attributes: attributes(resource) },
        scopeSpans: [
          {
            spans: spans.map(({ id, parent, start, end, values = {}, ...rest }) => ({
              ...{ traceId, spanId: id.padStart(16, '0') },
              ...(parent && { parentSpanId: parent.padStart(16, '0') }),
              ...{ startTimeUnixNano: `${start}456789`, endTimeUnixNano: `${end}456789` },
              ...{ attributes: attributes(values), ...rest },
            })),
          },
        ],
      },
    ],
  },
});

const first = '0123456789abcdef0123456789abcdef';
const late = 'fedcba9876543210fedcba9876543210';
const chat = {
  'gen_ai.operation.name': 'chat',
  'gen_ai.usage.input_tokens': 10,
  'gen_ai.usage.output_tokens': 5,
  'gen_ai.request.model': 'm-x',
  'gen_ai.provider.name': 'p',
  'gen_ai.input.messages': '[{"role":"user","content":"x"}]',
};

const spans = [
  otlp(
    first,
    [
      {
        ...{ id: 'aa', name: 'root', start: 1700000000123, end: 1700000001123 },
        values: {
          ...{ str: 'a"b', int: 3, half: 1.5, big: 1.5e22, small: 1.5e-7, flag: true, none: null, uni: 'é' },
          ...{ list: [1, 'x', null], map: { z: 1, a: [] } },
          ...{ 'mlflow.spanInputs': { q: 'hi é' }, 'mlflow.spanOutputs': 'out', 'mlflow.traceTag.mine': 'v' },
          ...{ 'session.id': 'sess1', 'user.id': 'me' },
        },
        status: { code: 2, message: 'boom' },
        events: [{ timeUnixNano: '1700000000223456789', name: 'ev', attributes: attributes({ k: 'v', n: 7 }) }],
      },
      {
        ...{ id: 'bb', parent: 'aa', name: 'child', start: 1700000000133, end: 1700000000923 },
        values: { ...chat, 'mlflow.llm.cost': { input_cost: 0.5, output_cost: 0.25, total_cost: 0.75 } },
      },
    ],
    { resource: { 'service.name': 'svc', 'telemetry.sdk.name': 'o', 'mlflow.x': 'y', num: 3 } },
  ),
  // A child before its root, and each more than once.
  otlp(late, [{ id: 'c', parent: 'a', name: 'child', start: 1700000005100, end: 1700000005200, values: chat }]),
  { get: `${trace}/tr-${late}` },
  otlp(late, [{ id: 'a', name: 'root', start: 1700000005000, end: 1700000006000, status: { code: 1 } }]),
  otlp(late, [{ id: 'c', parent: 'a', name: 'child', start: 1700000005100, end: 1700000005300, values: chat }]),
  { get: `${trace}/get?trace_id=tr-${late}` },
  otlp('3'.repeat(32), [{ id: '1', name: 'n', start: 1, end: 2 }], { headers: { 'x-mlflow-experiment-id': '77' } }),
  { get: `${trace}/get?trace_id=tr-${first}` },
  // None of these is taken in.
  { post: '../../../v1/traces', body: {} },
  { post: '../../../v1/traces', body: {}, headers: { 'x-mlflow-experiment-id': '0' } },
  otlp('', [{ id: '1', name: 'n', start: 1, end: 2 }]),
  otlp('4'.repeat(32), [{ id: '1', name: 'n', start: 1, end: 2 }], { headers: { 'Content-Type': 'text/plain' } }),
  { get: `${trace}/get?trace_id=tr-${first}&allow_partial=true` },
  { get: `${trace}/tr-${first}` },
  { get: `${trace}/batchGet?trace_ids=tr-${first}&trace_ids=none&trace_ids=tr-${late}` },
  { get: `${trace}/batchGet?trace_ids=tr-${first}&experiment_ids=77` },
  { get: `${trace}/batchGet` },
  { post: `${trace}/batchGetInfos`, body: { trace_ids: ['none', `tr-${late}`, `tr-${first}`] } },
  { post: `${trace}/batchGetInfos`, body: { trace_ids: [`tr-${first}`], experiment_ids: null } },
  { post: `${trace}/batchGetInfos`, body: { trace_ids: [`tr-${first}`], experiment_ids: [] } },
  { post: `${trace}/batchGetInfos`, body: {} },
  { get: `${ajax}/3.0/mlflow/get-trace-artifact?request_id=tr-${first}` },
];

/** `POST traces` of a trace. */
const started = (trace_id, info = {}) => ({
  post: trace,
  body: { trace: { trace_info: { trace_id, trace_location: location(), ...info } } },
});
const human = { source_type: 'HUMAN', source_id: 'bob' };
const usage = '{"input_tokens": 5, "output_tokens": 2, "total_tokens": 7}';

const traces = [
  started('tr-x1', {
    ...{ request_time: '2024-01-01T00:00:00.123Z', execution_duration: '1.5s', state: 'OK' },
    ...{ request_preview: 'req', client_request_id: 'c1' },
    trace_metadata: { k: 'v', 'mlflow.trace.session': 's1', 'mlflow.trace.tokenUsage': usage, 'mlflow.sourceRun': 'r' },
    tags: { t: '1', 'mlflow.traceName': 'nm', 'a b': '1', 'x.y': '1', camelCase: 'Kept' },
    assessments: [
      {
        ...{ assessment_name: 'acc', feedback: { value: 0.5 }, source: { source_type: 'CODE', source_id: 'me' } },
        ...{ create_time: '2024-01-01T00:00:00Z', last_update_time: '2024-01-01T00:00:00.001Z' },
      },
    ],
  }),
  started('tr-x2', {
    ...{ request_time: '2024-01-02T00:00:00Z', execution_duration: '0.020s', state: 'ERROR' },
    ...{ tags: { t: '2', 'mlflow.traceName': 'Other' }, trace_metadata: { k: 'V', 'mlflow.trace.session': 's1' } },
  }),
  started('tr-x3', { request_time: '2024-01-02T00:00:00Z', state: 'IN_PROGRESS', tags: { 'mlflow.traceName': 'nm' } }),
  // Again, with less: what is missing stays.
  started('tr-x2', { request_time: '2024-01-02T00:00:00Z', state: 'ERROR', execution_duration: '0.020s' }),
  started('tr-x4', { trace_location: location('77') }),
  started('tr-x4', { trace_metadata: { 'mlflow.trace.session': 's'.repeat(251) } }),
  { post: trace, body: {} },
  { get: `${trace}/tr-x1` },
  { get: `${trace}/none` },
  { get: `${trace}/get` },
  { get: `${trace}/get?trace_id=none` },
  { get: `${trace}/get?trace_id=tr-x1` },
  { patch: `${trace}/tr-x1/tags`, body: { key: 'a', value: 'b' } },
  { patch: `${trace}/tr-x1/tags`, body: { key: 'a', value: 'c' } },
  { patch: `${trace}/tr-x1/tags`, body: { key: 'mlflow.traceName', value: 'nm' } },
  { patch: `${trace}/tr-x1/tags`, body: { value: 'b' } },
  { patch: `${trace}/tr-x1/tags`, body: { key: 'k'.repeat(251), value: 'b' } },
  { patch: `${trace}/tr-x1/tags`, body: { key: 'a%', value: 'b' } },
  { patch: `${trace}/tr-x1/tags`, body: { key: 'mlflow.trace.spansLocation', value: 'b' } },
  { patch: 'traces/tr-x1/tags', body: { key: 'old', value: 'd' } },
  { get: `${trace}/tr-x1` },
  { delete: `${trace}/tr-x1/tags`, body: { key: 'a' } },
  { delete: `${trace}/tr-x1/tags`, body: { key: 'a' } },
  { delete: 'traces/tr-x1/tags', body: { key: 'old' } },
  { delete: `${trace}/tr-x1/tags`, body: {} },
  { get: 'traces/tr-x1/info' },
  { get: 'traces/none/info' },
  { post: 'traces/link-to-run', body: { trace_ids: ['tr-x2'], run_id: 'r' } },
  { post: 'traces/link-to-run', body: { trace_ids: Array.from({ length: 101 }, (_, i) => `t${i}`), run_id: 'r' } },
  { post: 'traces/link-to-run', body: { run_id: 'r' } },
  { post: 'traces/link-prompts', body: { trace_id: 'tr-x1', prompt_versions: [{ name: 'p', version: '1' }] } },
  { post: 'traces/link-prompts', body: { trace_id: 'none', prompt_versions: [{ name: 'p', version: '1' }] } },
];

const assess = (assessment, trace_id = 'tr-x1') => ({ post: `${trace}/${trace_id}/assessments`, body: { assessment } });
const list = { serialization_format: 'JSON_FORMAT', value: '[1, 2]' };
const one = `${trace}/tr-x1/assessments`;

const assessments = [
  {
    ...assess({
      ...{ assessment_name: 'good', source: human, feedback: { value: 'yes' }, rationale: 'why' },
      ...{ metadata: { m: '1', camelCase: 'Kept' }, create_time: '2024-01-01T00:00:00Z', span_id: 'bb' },
    }),
    note: { feedback: (answer) => answer.assessment?.assessment_id },
  },
  { ...assess({ assessment_name: 'e', source: human, expectation: { serialized_value: list } }), note: { expectation: (answer) => answer.assessment?.assessment_id } },
  assess({ assessment_name: 'e3', source: human, expectation: { value: 3 } }),
  assess({ assessment_name: 'any', source: human, feedback: { value: { camelCase: 1, b: [1.5, null] } } }),
  assess({ assessment_name: 'flag', source: human, feedback: { value: true } }),
  assess({ assessment_name: 'fails', source: { source_type: 'LLM_JUDGE' }, feedback: { error: { error_code: 'E', error_message: 'm' } } }),
  assess({ assessment_name: 'nothing', source: human }),
  assess({ assessment_name: 'e', source: human, expectation: { serialized_value: { serialization_format: 'XML', value: '' } } }),
  assess({ assessment_name: 'good', source: human, feedback: { value: 1 } }, 'none'),
  { post: one, body: {} },
  ({ feedback }) => ({ get: `${one}/${feedback}` }),
  { get: `${one}/none` },
  { get: `${trace}/none/assessments/none` },
  ({ feedback }) => ({
    patch: `${one}/${feedback}`,
    body: { assessment: { feedback: { value: 'no' }, rationale: 'r', metadata: { n: '2' } }, update_mask: 'feedback,rationale,metadata' },
  }),
  ({ feedback }) => ({ patch: `${one}/${feedback}`, body: { assessment: { assessment_name: 'better' }, update_mask: 'assessmentName' } }),
  ({ feedback }) => ({ patch: `${one}/${feedback}`, body: { assessment: { expectation: { value: 'no' } }, update_mask: 'expectation' } }),
  ({ expectation }) => ({ patch: `${one}/${expectation}`, body: { assessment: { feedback: { value: 'no' } }, update_mask: 'feedback' } }),
  ({ expectation }) => ({ patch: `${one}/${expectation}`, body: { assessment: { expectation: { value: 'x' } }, update_mask: 'expectation' } }),
  ({ feedback }) => ({ patch: `${one}/${feedback}`, body: { update_mask: 'feedback' } }),
  { patch: `${one}/none`, body: { assessment: { rationale: 'r' }, update_mask: 'rationale' } },
  assess({ assessment_name: 'better', overrides: 'none', source: human, feedback: { value: 'yes' } }),
  ({ feedback }) => ({
    ...assess({ assessment_name: 'better', overrides: feedback, source: human, feedback: { value: 'yes' } }),
    note: { second: (answer) => answer.assessment?.assessment_id },
  }),
  { get: `${trace}/tr-x1` },
  ({ second }) => ({ delete: `${one}/${second}` }),
  ({ feedback }) => ({ get: `${one}/${feedback}` }),
  { delete: `${one}/none` },
];

const search = (body) => ({ post: `${trace}/search`, body: { locations: [location()], ...body } });

const filters = [
  ...["name = 'a'", "name IN ('nm')", "name LIKE 'n%'", "name ILIKE 'N%'", "name RLIKE '^n.*'", 'name IS NULL', 'name IS NOT NULL', 'name = "nm"'],
  ...["trace.name = 'nm'", "attributes.name = 'nm'", "attr.name = 'nm'", "tags.name = 'nm'", "tags.`mlflow.traceName` = 'nm'"],
  ...["run_id = 'r'", "run_id IN ('r')", "run_id != 'r'", 'run_id IS NULL', "tags.run_id = 'r'"],
  ...["status = 'OK'", 'status = OK', "status != 'OK'", "status IN ('OK','ERROR')", "status NOT IN ('OK')", 'status IN (1)', 'status IS NULL', "status > 'OK'"],
  ...['timestamp > 0', "timestamp > '0'", 'timestamp_ms > 1.5', "timestamp IN ('1')", "timestamp LIKE '1'", 'timestamp >= 1 AND timestamp <= 9999999999999'],
  ...['execution_time > 100', 'end_time > 100', 'end_time_ms <= 100', "request_id LIKE 'tr-x%'", "request_id IN ('tr-x1')", "trace_id = 'x'"],
  ...["client_request_id = 'c1'", 'client_request_id IS NULL', "client_request_id RLIKE 'c[0-9]'"],
  ...["prompt = 'p/1'", "prompt = 'p'", "prompt LIKE 'p%'", "trace.text LIKE '%é%'", "trace.text = 'hi'", "trace.text ILIKE '%HI É%'"],
  ...["tags.t = '1'", "tag.t != '1'", "tags.t LIKE '%'", "tags.t IN ('1')", 'tags.t IS NULL', 'tags.t IS NOT NULL', "tags.t > '1'", "tags.`a b` = '1'", "tags.`x.y` = '1'", 'tags.t = 5', "tags.t RLIKE '[12]'"],
  ...["metadata.k = 'v'", "request_metadata.k = 'v'", "metadata.k LIKE 'V'", "metadata.k IN ('v')", 'metadata.k IS NULL', 'metadata.k = v', "metadata.k RLIKE '^V$'"],
  ...["metadata.`mlflow.trace.session` = 's1'", 'metadata.`mlflow.trace.session` IS NULL', "metadata.`mlflow.trace.session` LIKE 's%'"],
  ...['metadata.`mlflow.trace.tokenUsage` IS NOT NULL', "metadata.`mlflow.trace.tokenUsage` LIKE '%'", `metadata.\`mlflow.trace.tokenUsage\` = '${usage}'`, "metadata.`mlflow.trace.tokenUsage` != 'x'", 'metadata.`mlflow.trace.cost` IS NULL'],
  ...["span.name = 'child'", "span.name != 'child'", "span.name IN ('child','x')", "span.name ILIKE 'CH%'", "span.name RLIKE '^ch'", 'span.name IS NULL', 'span.name = 5'],
  ...["span.type = 'CHAT_MODEL'", "span.status = 'ERROR'", "span.name = 'child' AND span.status = 'ERROR'", "span.name = 'root' AND span.status = 'ERROR'", "span.foo = 'x'"],
  ...["span.content LIKE '%hi%'", "span.content = 'x'", "span.attributes.str LIKE '%a%'", "span.attributes.str = 'a'", "span.attributes.`gen_ai.operation.name` LIKE '%chat%'", "span.attributes. LIKE 'x'", "span.attributes.uni RLIKE '^é$'"],
  ...["feedback.acc = '0.5'", 'feedback.acc = 0.5', 'feedback.acc > 0.2', "feedback.acc > '0.2'", 'feedback.acc IS NULL', 'feedback.acc IS NOT NULL'],
  ...["feedback.better = 'no'", "feedback.flag = 'true'", "feedback.better != 'no'", "feedback.better LIKE '%n%'", "feedback.better IN ('no')", "feedback.`better` = 'no'", "feedback.name = 'x'", "feedback.better RLIKE 'n.'"],
  ...['expectation.e IS NOT NULL', "expectation.e3 = '3.0'", 'expectation.e3 > 2', 'expectation.e3 = 3', "issue.id = 'x'", "issue.id != 'x'"],
  ...["foo.bar = 'x'", "status = 'OK' OR name = 'a'", "status = 'OK' name = 'nm'", "AND status = 'OK'", 'status', 'status =', "(status = 'OK')", "status = 'OK';", "status = 'OK'; status = 'OK'", '1 = 1', "'a' = 'b'"],
  "status = 'OK' AND tags.t = '1' AND feedback.acc > 0.1",
  `span.content LIKE '%${'x'.repeat(60)}%'`,
];

const orders = [
  ...[['timestamp ASC'], ['timestamp_ms DESC'], ['execution_time DESC'], ['execution_time_ms ASC'], ['status'], ['request_id DESC'], ['name'], ['name DESC']],
  ...[['run_id'], ['experiment_id'], ['tags.t'], ['tag.t DESC'], ['metadata.k DESC'], ['request_metadata.k'], ['foo'], ['client_request_id']],
  ...[['timestamp', 'timestamp_ms'], ['span.name'], ['feedback.acc'], ['metadata.`mlflow.trace.session`'], ['metadata.`mlflow.trace.tokenUsage`']],
  ...[['timestamp ASC DESC'], ['timestamp foo'], ['trace.timestamp DESC'], ['']],
];

const searches = [
  search({}),
  ...filters.map((filter) => search({ filter })),
  ...orders.map((order_by) => search({ order_by })),
  { post: `${trace}/search`, body: {} },
  search({ locations: [] }),
  search({ max_results: 0 }),
  search({ max_results: 501 }),
  { ...search({ max_results: 3 }), note: { token: (answer) => answer.next_page_token } },
  ({ token }) => search({ max_results: 3, page_token: token }),
  search({ page_token: 'x' }),
  search({ locations: [] }),
  search({ locations: [location('77')] }),
  { get: 'traces?experiment_ids=0' },
  { get: 'traces?experiment_ids=0&experiment_ids=1&max_results=2&order_by=timestamp+ASC' },
  { get: "traces?experiment_ids=0&filter=status+%3D+'OK'" },
  { get: 'traces' },
];

const older = [
  {
    post: 'traces',
    body: { experiment_id: '0', timestamp_ms: 1000, request_metadata: [{ key: 'a', value: 'b' }], tags: [{ key: 't', value: 'u' }] },
    note: { old: (answer) => answer.trace_info?.request_id },
  },
  { post: 'traces', body: { experiment_id: '77', timestamp_ms: 1000 } },
  ({ old }) => ({ get: `traces/${old}/info` }),
  ({ old }) => ({
    patch: `traces/${old}`,
    body: {
      ...{ timestamp_ms: 1500, status: 'OK', request_metadata: [{ key: 'a', value: 'c' }, { key: 'mlflow.trace.session', value: 's' }] },
      tags: [{ key: 'mlflow.traceName', value: 'old' }],
    },
  }),
  { patch: 'traces/none', body: { timestamp_ms: 1500, status: 'OK' } },
  ({ old }) => ({ get: `${trace}/${old}` }),
];

const deletes = [
  { post: `${trace}/delete-traces`, body: { experiment_id: '0' } },
  { post: `${trace}/delete-traces`, body: { experiment_id: '0', request_ids: ['x'], max_timestamp_millis: 5 } },
  { post: `${trace}/delete-traces`, body: { experiment_id: '0', request_ids: ['x'], max_traces: 5 } },
  { post: `${trace}/delete-traces`, body: { experiment_id: '0', max_timestamp_millis: 5, max_traces: 0 } },
  { post: `${trace}/delete-traces`, body: { request_ids: ['x'] } },
  { post: `${trace}/delete-traces`, body: { experiment_id: '0', request_ids: ['tr-x1', 'none'] } },
  { post: 'traces/delete-traces', body: { experiment_id: '0', max_timestamp_millis: 9999999999999, max_traces: 2 } },
  search({}),
  { post: `${trace}/delete-traces`, body: { experiment_id: '0', max_timestamp_millis: 9999999999999 } },
  search({}),
];

const found = (body) => ({ post: `${datasets}/search`, body });
const records = (rows) => ({ records: JSON.stringify(rows) });

const evaluation = [
  {
    post: `${datasets}/create`,
    body: { name: 'd1', experiment_ids: ['0'], tags: '{"mlflow.user":"u","k":"v"}' },
    note: { dataset: (answer) => answer.dataset?.dataset_id },
  },
  { post: `${datasets}/create`, body: { name: 'd2' } },
  { post: `${datasets}/create`, body: {} },
  ({ dataset }) => ({ get: `${datasets}/${dataset}` }),
  { get: `${datasets}/none` },
  ({ dataset }) => ({ patch: `${datasets}/${dataset}/tags`, body: { tags: '{"a":"b","n":null,"i":3}' } }),
  { patch: `${datasets}/none/tags`, body: { tags: '{"a":"b"}' } },
  ({ dataset }) => ({ patch: `${datasets}/${dataset}/tags`, body: {} }),
  ({ dataset }) => ({ delete: `${datasets}/${dataset}/tags/a` }),
  ({ dataset }) => ({ delete: `${datasets}/${dataset}/tags/none` }),
  ({ dataset }) => ({
    post: `${datasets}/${dataset}/records`,
    body: records([
      {
        ...{ inputs: { q: 'x', n: 1.5 }, expectations: { e: [1] }, tags: { 'mlflow.user': 'bob', t: 1 } },
        source: { source_type: 'human', source_data: { user: 'x' } },
      },
    ]),
  }),
  ({ dataset }) => ({ get: `${datasets}/${dataset}/records` }),
  ({ dataset }) => ({
    post: `${datasets}/${dataset}/records`,
    body: records([{ inputs: { n: 1.5, q: 'x' }, expectations: { f: true }, outputs: null, tags: { u: 'w' } }]),
  }),
  ({ dataset }) => ({ get: `${datasets}/${dataset}/records`, note: { record: (answer) => JSON.parse(answer.records)[0].dataset_record_id } }),
  ({ dataset, record }) => ({ delete: `${datasets}/${dataset}/records`, body: { dataset_record_ids: [record, 'none'] } }),
  ({ dataset }) => ({ get: `${datasets}/${dataset}` }),
  ...[{ inputs: { q: 'é' }, outputs: { a: 1 } }, {}, { inputs: { z: 1 }, outputs: 'text', source: { source_type: 'TRACE', source_data: { trace_id: 'tr-1' } } }].flatMap((row) => [
    ({ dataset }) => ({ post: `${datasets}/${dataset}/records`, body: records([row]) }),
    ({ dataset }) => ({ get: `${datasets}/${dataset}` }),
  ]),
  ({ dataset }) => ({ get: `${datasets}/${dataset}/records` }),
  ({ dataset }) => ({ get: `${datasets}/${dataset}/records?max_results=2`, note: { page: (answer) => answer.next_page_token } }),
  ({ dataset, page }) => ({ get: `${datasets}/${dataset}/records?max_results=2&page_token=${page}` }),
  ({ dataset }) => ({ post: `${datasets}/${dataset}/records`, body: {} }),
  ({ dataset }) => ({ post: `${datasets}/${dataset}/records`, body: records([{ inputs: {}, source: { source_type: 'x' } }, { inputs: { new: 1 }, source: { source_type: 'x' } }]) }),
  { get: `${datasets}/none/records` },
  ({ dataset }) => ({ delete: `${datasets}/${dataset}/records`, body: { dataset_record_ids: ['none'] } }),
  ({ dataset }) => ({ get: `${datasets}/${dataset}/experiment-ids` }),
  { get: `${datasets}/none/experiment-ids` },
  ({ dataset }) => ({ post: `${datasets}/${dataset}/add-experiments`, body: { experiment_ids: ['0', '77'] } }),
  ({ dataset }) => ({ post: `${datasets}/${dataset}/add-experiments`, body: { experiment_ids: ['0'] } }),
  { post: `${datasets}/none/add-experiments`, body: { experiment_ids: ['0'] } },
  found({}),
  ...[
    ...["name LIKE 'd%'", "name IN ('d1')", "name NOT IN ('d1')", "created_by = 'u'", 'created_time > 5', 'created_time > 5.5', "created_time = '5'"],
    ...["tags.k = 'v'", "tags.k != 'x'", 'tags.k IS NULL', "tag.k = 'v'", "foo = 'x'", "attributes.name = 'x'", "last_update_time < 9999999999999 AND name = 'd1'", 'name = 5'],
  ].map((filter_string) => found({ filter_string })),
  ...['name', 'created_time DESC', 'last_update_time ASC', 'foo', 'tags.k', 'name foo', 'dataset_id'].map((order) => found({ order_by: [order] })),
  found({ experiment_ids: ['0'], order_by: ['name DESC'] }),
  found({ experiment_ids: ['1'] }),
  found({ max_results: 1 }),
  found({ max_results: 50_001 }),
  found({ page_token: 'x', max_results: 1 }),
  { get: `${datasets}/search` },
  ({ dataset }) => ({ post: `${datasets}/${dataset}/remove-experiments`, body: { experiment_ids: ['0', '5'] } }),
  { post: `${datasets}/none/remove-experiments`, body: { experiment_ids: ['0'] } },
  ({ dataset }) => ({ delete: `${datasets}/${dataset}` }),
  { delete: `${datasets}/none` },
  found({}),
];

// MLflow looks names of hosts up, which a test can't.
const url = 'https://8.8.8.8/hook';
const events = [
  { entity: 'MODEL_VERSION_TAG', action: 'SET' },
  { entity: 'REGISTERED_MODEL', action: 'CREATED' },
];

const webhooks = [
  { post: 'webhooks', body: { name: 'w1', url, events, secret: 's3', description: 'd' }, note: { hook: (answer) => answer.webhook?.webhook_id } },
  { post: 'webhooks', body: { name: 'w1', url, events: events.slice(1), status: 'DISABLED' } },
  ...['w 1', 'x!', '', '-a', 'n'.repeat(64)].map((name) => ({ post: 'webhooks', body: { name, url, events } })),
  ...['http://8.8.8.8/h', 'ftp://8.8.8.8/h', 'nonsense', 'https://'].map((bad) => ({ post: 'webhooks', body: { name: 'w', url: bad, events } })),
  { post: 'webhooks', body: { name: 'w', url, events: [] } },
  { post: 'webhooks', body: { name: 'w', url } },
  { post: 'webhooks', body: { name: 'w', url, events: [{ entity: 'REGISTERED_MODEL', action: 'SET' }] } },
  ...['', '?max_results=1', '?max_results=0', '?max_results=1001', '?page_token=x'].map((query) => ({ get: `webhooks${query}` })),
  ({ hook }) => ({ get: `webhooks/${hook}` }),
  { get: 'webhooks/none' },
  ({ hook }) => ({
    patch: `webhooks/${hook}`,
    body: { name: 'w9', description: '', status: 'DISABLED', events: [{ entity: 'PROMPT', action: 'CREATED' }], secret: '' },
  }),
  ({ hook }) => ({ patch: `webhooks/${hook}`, body: {} }),
  ({ hook }) => ({ patch: `webhooks/${hook}`, body: { status: 'DISABLED' } }),
  ({ hook }) => ({ patch: `webhooks/${hook}`, body: { status: 'NONSENSE' } }),
  ({ hook }) => ({ patch: `webhooks/${hook}`, body: { url: 'http://x.y/z' } }),
  { patch: 'webhooks/none', body: { name: 'z' } },
  ({ hook }) => ({ delete: `webhooks/${hook}` }),
  ({ hook }) => ({ delete: `webhooks/${hook}` }),
  ({ hook }) => ({ get: `webhooks/${hook}` }),
  { get: 'webhooks' },
];

const register = (fields) => ({ post: `${v3}/scorers/register`, body: { experiment_id: '0', name: 's1', serialized_scorer: '{"a": 1}', ...fields } });
const scorers = [
  register(),
  register({ serialized_scorer: '{"a": [2, "ä"]}' }),
  register({ name: 's0' }),
  ...[{ name: ' ' }, { name: '' }, { serialized_scorer: 'no' }, { serialized_scorer: '' }, { experiment_id: '77' }, { experiment_id: '' }].map(register),
  register({ serialized_scorer: '{"name": "d", "call_source": "return 1"}' }),
  ...['list', 'list?experiment_id=0', 'list?experiment_id=77', 'list?experiment_ids=0&experiment_ids=77', 'list?experiment_ids=x', 'list?experiment_id=0&experiment_ids=0', 'versions?experiment_id=0&name=s1', 'versions?experiment_id=0&name=none', 'versions?experiment_id=0'].map((path) => ({ get: `${v3}/scorers/${path}` })),
  ...['', '&version=1', '&version=0', '&version=9', '&version=x'].map((version) => ({ get: `${v3}/scorers/get?experiment_id=0&name=s1${version}` })),
  { get: `${v3}/scorers/get?experiment_id=0&name=none` },
  { delete: `${v3}/scorers/delete`, body: { experiment_id: '0', name: 's1', version: 7 } },
  { delete: `${v3}/scorers/delete`, body: { experiment_id: '0', name: 's1', version: 2 } },
  { get: `${v3}/scorers/list?experiment_id=0` },
  { delete: `${v3}/scorers/delete`, body: { experiment_id: '0', name: 's1' } },
  { delete: `${v3}/scorers/delete`, body: { experiment_id: '0', name: 's1' } },
  { get: `${v3}/scorers/list?experiment_id=0` },
  register(),
];

const correlate = (fields) => ({ post: `${trace}/calculate-filter-correlation`, body: { experiment_ids: ['0'], filter_string1: "status = 'OK'", filter_string2: "status = 'OK'", ...fields } });
const correlations = [
  correlate(),
  ...["name = 'none'", "status = 'ERROR'", "span.name LIKE '%'", 'execution_time_ms > 100', "status != 'OK'"].map((filter_string2) => correlate({ filter_string2 })),
  correlate({ filter_string2: 'execution_time_ms > 0', base_filter: "span.type = 'LLM'" }),
  ...[{ experiment_ids: undefined }, { filter_string1: '' }, { filter_string2: undefined }, { filter_string1: 'nonsense' }, { experiment_ids: ['77'] }].map(correlate),
];

const issue = (fields) => ({ post: `${v3}/issues`, body: { experiment_id: '0', name: 'Slow', description: 'Answers take long', ...fields } });
const issuesBy = (body) => ({ post: `${v3}/issues/search`, body });
const issues = [
  issuesBy({}),
  { ...issue({ severity: 'low', root_causes: ['a query', 'the network é'], categories: ['speed'], created_by: 'me' }), note: { issue: (body) => body.issue.issue_id } },
  issue({ name: 'Wrong', status: 'resolved', severity: 'high' }),
  issue({ name: 'Odd', root_causes: [], source_run_id: '' }),
  ...[{ name: '' }, { description: undefined }, { experiment_id: '77' }, { experiment_id: 'x' }, { experiment_id: undefined }, { source_run_id: 'f'.repeat(32) }].map(issue),
  ({ issue }) => ({ get: `${v3}/issues/${issue}` }),
  { get: `${v3}/issues/none` },
  ({ issue }) => ({ post: `${trace}/tr-${first}/assessments`, body: { assessment: { assessment_name: issue, source: { source_type: 'HUMAN', source_id: 'me' }, issue: { issue_name: 'Slow' } } } }),
  ...['', "status = 'pending'", "status != 'pending'", "source_run_id = 'x'", "source_run_id != 'x'", "status = 'resolved' AND status = 'pending'", "name = 'x'", "status LIKE 'p%'", "status IN ('pending')", 'nonsense'].map((filter_string) => issuesBy({ filter_string })),
  ...[{ experiment_id: '0' }, { experiment_id: '77' }, { experiment_id: 'x' }, { include_trace_count: true }, { max_results: 2 }, { max_results: 0 }, { page_token: 'x' }].map(issuesBy),
  ({ issue }) => ({ patch: `${v3}/issues/${issue}`, body: { issue_id: issue, name: 'Slower', status: 'rejected', severity: 'not_an_issue' } }),
  ({ issue }) => ({ patch: `${v3}/issues/${issue}`, body: { issue_id: issue, name: '', description: 'more' } }),
  { patch: `${v3}/issues/none`, body: { issue_id: 'none', name: 'x' } },
  issuesBy({ include_trace_count: true }),
];

const schema = (fields) => ({ post: `${v3}/label-schemas/create`, body: { experiment_id: '0', name: 'Correct?', type: 'FEEDBACK', input: { pass_fail: { positive_label: 'Yes', negative_label: 'No' } }, ...fields } });
const schemaBy = (what) => ({ get: `${v3}/label-schemas/${what}` });
const reschema = (fields) => ({ patch: `${v3}/label-schemas/update`, body: fields });
const labelSchemas = [
  schemaBy('list?experiment_id=0'),
  { ...schema({ instruction: 'Look at the answer', enable_comment: true }), note: { right: (body) => body.label_schema.schema_id } },
  { ...schema({ name: 'Kind é', type: 'EXPECTATION', input: { categorical: { options: ['a', 'b'], multi_select: true } } }), note: { kind: (body) => body.label_schema.schema_id } },
  schema({ name: 'How good?', type: 1, input: { numeric: { min_value: 0, max_value: 1.5 } } }),
  schema({ name: 'Any', input: { numeric: {} } }),
  schema({ name: 'Said', input: { text: { max_length: 20 } } }),
  ...[{}, { name: 'feedback ' }, { name: '' }, { name: undefined }, { experiment_id: '77' }, { experiment_id: 'x' }, { experiment_id: undefined }, { name: 'n'.repeat(251) }].map(schema),
  ...[{ type: undefined }, { type: 'OTHER' }, { type: 0 }, { input: undefined }, { input: {} }, { input: { pass_fail: {} } }, { input: { pass_fail: { positive_label: 'x', negative_label: 'x' } } }].map((fields) => schema({ name: 'no', ...fields })),
  ...[{ categorical: {} }, { categorical: { options: ['a', 'a'] } }, { categorical: { options: [''] } }, { categorical: { options: Array.from({ length: 11 }, (_, i) => `${i}`) } }, { numeric: { min_value: 1, max_value: 1 } }, { text: { max_length: 0 } }].map((input) => schema({ name: 'no', input })),
  schema({ name: 'no', instruction: 'i'.repeat(1001) }),
  ({ right }) => schemaBy(`get?schema_id=${right}`),
  ...['get?schema_id=none', 'get', 'get-by-name?experiment_id=0&name=Any', 'get-by-name?experiment_id=0&name=none', 'get-by-name?experiment_id=0', 'list', 'list?experiment_id=0', 'list?experiment_id=77', 'list?experiment_id=x'].map(schemaBy),
  ...['0', '50001', '-1', 'x'].map((n) => schemaBy(`list?experiment_id=0&max_results=${n}`)),
  { ...schemaBy('list?experiment_id=0&max_results=2'), note: { more: (body) => body.next_page_token } },
  ({ more }) => schemaBy(`list?experiment_id=0&max_results=2&page_token=${encodeURIComponent(more)}`),
  ({ right }) => reschema({ schema_id: right, name: 'Right?', enable_comment: false }),
  ({ right }) => reschema({ schema_id: right, instruction: '', input: { pass_fail: { positive_label: 'Right', negative_label: 'Wrong' } } }),
  ({ kind }) => reschema({ schema_id: kind, input: { categorical: { options: ['c'], multi_select: true } } }),
  ({ kind }) => reschema({ schema_id: kind, input: { categorical: { options: ['c'] } } }),
  ({ kind }) => reschema({ schema_id: kind, input: { text: {} } }),
  ({ kind }) => reschema({ schema_id: kind, name: 'Any' }),
  ({ kind }) => reschema({ schema_id: kind, name: 'Feedback' }),
  ({ kind }) => reschema({ schema_id: kind }),
  ...[{}, { schema_id: 'none' }].map(reschema),
  { ...schemaBy('get-by-name?experiment_id=0&name=Feedback'), note: { first: (body) => body.label_schema.schema_id } },
  ({ first }) => reschema({ schema_id: first, name: 'x' }),
  ({ first }) => ({ delete: `${v3}/label-schemas/delete`, body: { schema_id: first } }),
  ({ kind }) => ({ delete: `${v3}/label-schemas/delete`, body: { schema_id: kind } }),
  ({ kind }) => ({ delete: `${v3}/label-schemas/delete`, body: { schema_id: kind } }),
  ({ kind }) => schemaBy(`get?schema_id=${kind}`),
];

const queue = (fields) => ({ post: `${v3}/review-queues/create`, body: { experiment_id: '0', name: 'Odd ones', queue_type: 'CUSTOM', ...fields } });
const queueBy = (what) => ({ get: `${v3}/review-queues/${what}` });
const change = (what, body) => ({ post: `${v3}/review-queues/${what}`, body });
const reviewQueues = [
  queueBy('list?experiment_id=0'),
  ({ right }) => ({ ...queue({ users: [' Ann', 'bob', 'ann'], schema_ids: [right] }), note: { odd: (body) => body.review_queue.queue_id } }),
  { ...queue({ name: 'Cy', queue_type: 'USER' }), note: { cy: (body) => body.review_queue.queue_id } },
  ...[{}, { name: 'odd ONES' }, { name: '' }, { name: ' ' }, { name: undefined }, { name: 'Default' }, { name: 'n'.repeat(251) }, { experiment_id: '77' }, { experiment_id: undefined }].map(queue),
  ...[{ queue_type: undefined }, { queue_type: 'OTHER' }, { queue_type: 0 }, { users: [''] }, { users: Array.from({ length: 11 }, (_, i) => `u${i}`) }, { schema_ids: ['none'] }, { queue_type: 'USER', users: ['other'] }, { queue_type: 'USER', schema_ids: ['x'] }].map((fields) => queue({ name: 'no', ...fields })),
  change('get-or-create-user', { experiment_id: '0', user: 'CY ' }),
  change('get-or-create-user', { experiment_id: '0', user: 'Dee' }),
  change('get-or-create-user', { experiment_id: '0', user: 'odd ones' }),
  ...[{ experiment_id: '0' }, { user: 'x' }, { experiment_id: '77', user: 'x' }].map((body) => change('get-or-create-user', body)),
  ({ odd }) => queueBy(`get?queue_id=${odd}`),
  ...['get?queue_id=none', 'get', 'get-by-name?experiment_id=0&name=ODD%20ones', 'get-by-name?experiment_id=0&name=none', 'get-by-name?experiment_id=0'].map(queueBy),
  ...['list?experiment_id=0', 'list', 'list?experiment_id=77', 'list?experiment_id=0&user=ANN', 'list?experiment_id=0&user=none', 'list?experiment_id=0&max_results=1', 'list?experiment_id=0&max_results=0'].map(queueBy),
  ({ odd }) => change('items/add', { queue_id: odd, item_ids: [` tr-${first}`, `tr-${first}`, 'tr-x1'], item_type: 'TRACE' }),
  ({ odd }) => change('items/add', { queue_id: odd, item_ids: ['tr-x1'] }),
  ...[['tr-none'], [], [''], ['x'.repeat(51)]].map((item_ids) => ({ odd }) => change('items/add', { queue_id: odd, item_ids })),
  change('items/add', { queue_id: 'none', item_ids: ['tr-x1'] }),
  ({ odd }) => queueBy(`items/list?queue_id=${odd}`),
  ({ odd }) => queueBy(`items/list?queue_id=${odd}&max_results=1`),
  ...['none', ''].map((id) => queueBy(`items/list?queue_id=${id}`)),
  queueBy(`list?experiment_id=0&item_id=tr-x1`),
  ({ odd }) => change('items/set-status', { queue_id: odd, item_id: 'tr-x1', status: 'COMPLETE', completed_by: ' Ann' }),
  ({ odd }) => change('items/set-status', { queue_id: odd, item_id: 'tr-x1', status: 'COMPLETE', completed_by: 'bob' }),
  ...['PENDING', 'COMPLETE', 'DECLINED', '3'].map((status) => ({ odd }) => queueBy(`items/list?queue_id=${odd}&status=${status}`)),
  ({ odd }) => change('items/set-status', { queue_id: odd, item_id: 'tr-x1', status: 'DECLINED', completed_by: 'bob' }),
  ...[{ status: 'PENDING', completed_by: 'ann' }, { status: 'COMPLETE' }, { status: 'OTHER' }, {}, { status: 'COMPLETE', completed_by: 'x'.repeat(251) }, { item_id: 'tr-none', status: 'COMPLETE', completed_by: 'x' }, { item_id: undefined, status: 'PENDING' }].map(
    (fields) => ({ odd }) => change('items/set-status', { queue_id: odd, item_id: 'tr-x1', ...fields }),
  ),
  ({ odd }) => change('items/set-status', { queue_id: odd, item_id: 'tr-x1', status: 'PENDING' }),
  ({ odd }) => change('update', { queue_id: odd, name: 'Odder', update_users: true, users: ['eve'], new_owner: ' Fay ' }),
  ...[{}, { update_users: true }, { users: ['ignored'] }, { update_schema_ids: true }, { name: 'CY' }, { name: 'default' }, { name: '' }, { new_owner: ' ' }, { name: 'odder' }].map((fields) => ({ odd }) => change('update', { queue_id: odd, ...fields })),
  ({ cy }) => change('update', { queue_id: cy, name: 'x' }),
  ...[{}, { queue_id: 'none', name: 'x' }].map((body) => change('update', body)),
  ({ odd }) => change('items/remove', { queue_id: odd, item_ids: ['tr-x1', 'tr-none'] }),
  ({ odd }) => change('items/remove', { queue_id: odd, item_ids: [] }),
  change('items/remove', { queue_id: 'none', item_ids: ['x'] }),
  ({ odd }) => queueBy(`items/list?queue_id=${odd}`),
  ({ cy }) => change('delete', { queue_id: cy }),
  ({ cy }) => change('delete', { queue_id: cy }),
  change('delete', {}),
  ({ cy }) => queueBy(`get?queue_id=${cy}`),
];

export const requests = [...spans, ...traces, ...assessments, ...searches, ...correlations, ...traceMetrics, ...scorers, ...issues, ...labelSchemas, ...reviewQueues, ...older, ...deletes, ...evaluation, ...webhooks];
