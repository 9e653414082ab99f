// Requests for figures about traces, their spans and their assessments.

const count = [{ aggregation_type: 'COUNT' }];
const percentile = (value) => ({ aggregation_type: 'PERCENTILE', percentile_value: value });
const number = [{ aggregation_type: 'AVG' }, { aggregation_type: 'MIN' }, { aggregation_type: 'MAX' }, ...[0, 50, 90, 99.9, 100].map(percentile)];
const amount = [{ aggregation_type: 'SUM' }, ...number];

const query = (view_type, metric_name, aggregations, more = {}) => ({
  post: '../../3.0/mlflow/traces/metrics',
  body: { experiment_ids: ['0'], view_type, metric_name, aggregations, ...more },
});

const TOKENS = ['input_tokens', 'output_tokens', 'total_tokens', 'cache_read_input_tokens', 'cache_creation_input_tokens'];
const COSTS = ['input_cost', 'output_cost', 'total_cost'];

const METRICS = [
  ['TRACES', 'trace_count', count, ['trace_name', 'trace_status']],
  ['TRACES', 'session_count', count, []],
  ['TRACES', 'latency', number, ['trace_name']],
  ...TOKENS.map((name) => ['TRACES', name, amount, ['trace_name']]),
  ['SPANS', 'span_count', count, ['span_name', 'span_type', 'span_status', 'span_model_name', 'span_model_provider']],
  ['SPANS', 'latency', number, ['span_name', 'span_status']],
  ...COSTS.map((name) => ['SPANS', name, amount, ['span_model_name', 'span_model_provider']]),
  ['ASSESSMENTS', 'assessment_count', count, ['assessment_name', 'assessment_value']],
  ['ASSESSMENTS', 'assessment_value', number, ['assessment_name']],
];

// From before the first trace to after the last.
const ALL = { start_time_ms: 1_690_000_000_000, end_time_ms: '1720000000000' };
const FILTERS = {
  TRACES: [
    "trace.status = 'OK'",
    "trace.status = 'none'",
    "trace.tag.t = '1'",
    "trace.tag.`mlflow.traceName` = 'nm'",
    'trace.metadata.k = "v"',
    "trace.metadata.`mlflow.trace.session` = 's1'",
    "trace.metadata.`mlflow.sourceRun` = 'r'",
    `trace.metadata.\`mlflow.trace.tokenUsage\` = '{"input_tokens": 5, "output_tokens": 2, "total_tokens": 7}'`,
    "trace.metadata.`mlflow.trace.tokenUsage` = '{}'",
  ],
  SPANS: ["span.name = 'child'", "span.status = 'OK'", "span.type = 'CHAT_MODEL'", "trace.status = 'ERROR'"],
  ASSESSMENTS: ["assessment.name = 'good'", "assessment.type = 'feedback'", "trace.metadata.`mlflow.trace.session` = 's1'", "trace.tag.`mlflow.traceName` = 'nm'"],
};

const latency = (more) => query('TRACES', 'latency', [{ aggregation_type: 'AVG' }], more);

export const traceMetrics = [
  ...METRICS.flatMap(([view, name, aggregations, dimensions]) => [
    query(view, name, aggregations),
    query(view, name, aggregations, ALL),
    ...dimensions.map((dimension) => query(view, name, aggregations, { dimensions: [dimension] })),
    query(view, name, aggregations, { dimensions }),
    ...[60, 3600, 86_400, '604800'].map((time_interval_seconds) => query(view, name, aggregations, { ...ALL, time_interval_seconds })),
    query(view, name, aggregations, { ...ALL, time_interval_seconds: 3600, dimensions }),
    query(view, name, aggregations, { start_time_ms: 1_700_000_000_123, end_time_ms: 1_704_067_200_122 }),
    query(view, name, aggregations, { end_time_ms: 1_704_067_200_123 }),
    query(view, name, aggregations, { dimensions, max_results: 1 }),
    ...FILTERS[view].map((filter) => query(view, name, aggregations, { filters: [filter] })),
    query(view, name, aggregations, { filters: FILTERS[view].slice(0, 2) }),
    query(view, name, aggregations, { experiment_ids: ['77', '0'] }),
    query(view, name, aggregations, { experiment_ids: ['77'] }),
    query(view, name, aggregations, { experiment_ids: [] }),
  ]),
  // By their numbers, and twice.
  query(1, 'trace_count', [{ aggregation_type: 1 }, { aggregation_type: 'COUNT' }]),
  // Ends of what numbers reach to.
  latency({ start_time_ms: '-9223372036854775808', end_time_ms: '9223372036854775807' }),
  query('SPANS', 'total_cost', amount, { start_time_ms: '-9223372036854775808', end_time_ms: '9223372036854775807' }),
  query('SPANS', 'total_cost', amount, { start_time_ms: '9223372036854775807' }),
  latency({ time_interval_seconds: 0 }),
  latency({ max_results: 0 }),
  // What is refused.
  ...[
    { experiment_ids: undefined },
    { experiment_ids: null },
    { experiment_ids: '0' },
    { experiment_ids: ['x'] },
    { experiment_ids: [1] },
    { view_type: undefined },
    { metric_name: undefined },
    { metric_name: 'span_count' },
    { metric_name: 1 },
    { aggregations: undefined },
    { aggregations: null },
    { aggregations: [] },
    { aggregations: [], dimensions: ['trace_name'] },
    { aggregations: [], dimensions: ['none'] },
    { aggregations: count },
    { aggregations: [{ aggregation_type: 'SUM' }] },
    { dimensions: ['trace_status'] },
    { dimensions: ['none'] },
    { time_interval_seconds: 60 },
    { time_interval_seconds: 60, start_time_ms: 1 },
    { filters: ['status = "OK"'] },
    { filters: ["trace.status != 'OK'"] },
    { filters: ["trace.status LIKE 'OK'"] },
    { filters: ["trace.status = 'OK' AND trace.status = 'OK'"] },
    { filters: ["trace.status = 'OK'", 'x'] },
    { filters: ['trace.status = 1'] },
    { filters: ["trace.tag = 'a'"] },
    { filters: ["trace.status.x = 'a'"] },
    { filters: ["trace.name = 'a'"] },
    { filters: ["span.name = 'a'"] },
    { filters: ["assessment.name = 'a'"] },
    { filters: ["other.name = 'a'"] },
    { filters: [''] },
  ].map(latency),
  query('SPANS', 'latency', number, { filters: ["assessment.name = 'a'"] }),
  query('ASSESSMENTS', 'assessment_count', count, { filters: ["span.name = 'a'"] }),
  query('TRACES', 'session_count', count, { dimensions: ['trace_name'] }),
];
