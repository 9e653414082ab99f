"""Traces, assessments, prompts and evaluation datasets through the Python client.

Prints as JSON what came back, without what differs from server to server.
"""

import json
import sys
import tempfile
import time

import mlflow
from mlflow.entities import AssessmentSource, Feedback, SpanEvent, SpanType
from mlflow.genai import datasets, label_schemas, review_queues

mlflow.set_tracking_uri(sys.argv[1])
name = f"traces-{time.time_ns()}"
experiment = mlflow.create_experiment(name, artifact_location=f"file://{tempfile.mkdtemp()}")
mlflow.set_experiment(experiment_id=experiment)
out = {}


@mlflow.trace(span_type=SpanType.TOOL)
def inner(x):
    return x + 1


@mlflow.trace(name="outer", attributes={"a": 1})
def outer(q, more):
    with mlflow.start_span("llm", span_type="LLM") as span:
        span.set_inputs({"p": q})
        span.set_outputs(["o"])
        usage = {"input_tokens": 3, "output_tokens": 4, "total_tokens": 7}
        span.set_attribute("mlflow.chat.tokenUsage", usage)
        span.add_event(SpanEvent("event", attributes={"k": "v"}))
    mlflow.update_current_trace(
        tags={"tg": "1"},
        metadata={"mlflow.trace.session": "S", "mlflow.trace.user": "U"},
        client_request_id="cr",
    )
    return inner(q)


@mlflow.trace
def fails():
    raise ValueError("no")


def traces(**asked):
    return mlflow.search_traces(locations=[experiment], return_type="list", **asked)


outer(3, {"z": [1, 2, {"y": None}], "a": "é"})
try:
    fails()
except ValueError:
    pass
with mlflow.start_run() as run:
    outer(5, None)
mlflow.flush_trace_async_logging()

trace_id = mlflow.get_last_active_trace_id()
trace = mlflow.get_trace(trace_id)
out["spans"] = [
    (s.name, s.span_type, s.inputs, s.outputs, s.status.status_code, sorted(s.attributes))
    for s in trace.data.spans
]
out["events"] = [[(e.name, e.attributes) for e in s.events] for s in trace.data.spans]
out["info"] = {
    "state": trace.info.state,
    "previews": (trace.info.request_preview, trace.info.response_preview),
    "tags": sorted(trace.info.tags),
    "metadata": sorted(trace.info.trace_metadata),
    "usage": trace.info.token_usage,
    "client": trace.info.client_request_id,
}
out["found"] = [(t.info.state, len(t.data.spans)) for t in traces()]
out["of the run"] = len(traces(run_id=run.info.run_id))
for text in [
    "trace.status = 'ERROR'",
    "tags.tg = '1'",
    "span.type = 'LLM'",
    "span.name = 'inner'",
    "metadata.`mlflow.trace.session` = 'S'",
    "trace.text LIKE '%é%'",
]:
    out[text] = len(traces(filter_string=text))

source = AssessmentSource(source_type="HUMAN", source_id="me")
feedback = mlflow.log_feedback(
    trace_id=trace_id, name="ok", value=True, rationale="r", source=source, metadata={"a": "b"}
)
mlflow.log_expectation(trace_id=trace_id, name="exp", value={"x": [1, 2]}, source=source)
updated = mlflow.update_assessment(
    trace_id=trace_id,
    assessment_id=feedback.assessment_id,
    assessment=Feedback(name="ok", value=0.5),
)
out["updated"] = (updated.value, updated.rationale, updated.metadata)
other = mlflow.override_feedback(
    trace_id=trace_id, assessment_id=feedback.assessment_id, value="no", rationale="x"
)


def assessments():
    return [(a.name, a.value, a.valid) for a in mlflow.get_trace(trace_id).info.assessments]


out["overridden"] = assessments()
mlflow.delete_assessment(trace_id, other.assessment_id)
out["restored"] = assessments()
out["by feedback"] = len(traces(filter_string="feedback.ok > 0.4"))

prompt = f"prompt-{experiment}-{name}"
mlflow.genai.register_prompt(name=prompt, template="Hi {{x}}", tags={"a": "b"})
mlflow.genai.register_prompt(name=prompt, template=[{"role": "user", "content": "Hi {{x}}!"}])
mlflow.genai.set_prompt_alias(prompt, "prod", 1)
out["prompts"] = [
    mlflow.genai.load_prompt(f"prompts:/{prompt}{version}").template for version in ["@prod", "/2"]
]
out["prompts found"] = [p.name == prompt for p in mlflow.genai.search_prompts(f"name = '{prompt}'")]


@mlflow.trace
def with_prompt():
    return mlflow.genai.load_prompt(f"prompts:/{prompt}/1").format(x="you")


with_prompt()
mlflow.flush_trace_async_logging()
for _ in range(50):
    linked = len(traces(filter_string=f"prompt = '{prompt}/1'"))
    if linked:
        break
    time.sleep(0.1)
out["by prompt"] = linked

dataset = datasets.create_dataset(name=name, experiment_id=[experiment], tags={"q": "1"})
dataset.merge_records(
    [
        {"inputs": {"question": "a"}, "expectations": {"e": 1}, "tags": {"t": "x"}},
        {"inputs": {"question": "b"}, "outputs": "zz"},
    ]
)
dataset.merge_records([{"inputs": {"question": "a"}, "expectations": {"f": 2}}])
dataset = datasets.get_dataset(dataset_id=dataset.dataset_id)
frame = dataset.to_df()
out["records"] = sorted(zip(map(str, frame["inputs"]), map(str, frame["expectations"])))
out["dataset"] = (
    dataset.experiment_ids == [experiment],
    json.loads(dataset.schema),
    json.loads(dataset.profile),
)
found = datasets.search_datasets(experiment_ids=[experiment], filter_string=f"name = '{name}'")
out["datasets found"] = len(found)
out["records deleted"] = dataset.delete_records(frame["dataset_record_id"].tolist()[:1])
datasets.delete_dataset(dataset_id=dataset.dataset_id)

schema = label_schemas.create_label_schema(
    name="Correct?",
    type="feedback",
    input=label_schemas.InputPassFail(positive_label="Yes", negative_label="No"),
    experiment_id=experiment,
)
label_schemas.update_label_schema(schema.schema_id, instruction="Look at the answer")
schemas = label_schemas.list_label_schemas(experiment_id=experiment)
out["questions"] = [(s.name, s.type, repr(s.input), s.instruction) for s in schemas]
queue = review_queues.create_review_queue(
    "Odd ones",
    queue_type="custom",
    users=["Ann"],
    schema_ids=[schema.schema_id],
    experiment_id=experiment,
)
review_queues.add_items_to_review_queue(queue.queue_id, item_ids=[trace_id])
review_queues.set_review_queue_item_status(
    queue.queue_id, item_id=trace_id, status="complete", completed_by="Ann"
)
items = review_queues.list_review_queue_items(queue.queue_id, status="complete")
out["reviewed"] = [(i.item_id == trace_id, i.status, i.completed_by) for i in items]
own = review_queues.get_or_create_user_queue("Ann", experiment_id=experiment)
found = review_queues.list_review_queues(user="ann", experiment_id=experiment)
out["queues"] = sorted((q.name, q.queue_type, q.users, len(q.schema_ids)) for q in found)
review_queues.delete_review_queue(own.queue_id)
label_schemas.delete_label_schema(schema_id=schema.schema_id)

client = mlflow.MlflowClient()
out["deleted"] = (
    client.delete_traces(experiment, trace_ids=[trace_id]),
    client.delete_traces(experiment, max_timestamp_millis=int(time.time() * 1000) + 1000),
    len(review_queues.list_review_queue_items(queue.queue_id)),
)
print(json.dumps(out, default=str))
