"""Logs what the pages of traces have to show.

    trace_pages.py TRACKING_URI

Prints as JSON what the client itself finds of it.
"""

import json
import sys
import time
import uuid
import warnings

warnings.filterwarnings("ignore")

import mlflow
from mlflow.entities import (
    AssessmentError,
    AssessmentSource,
    SpanType,
    TraceInfo,
    TraceLocation,
    TraceState,
)
from mlflow.tracing.client import TracingClient

HOSTILE = "<script>alert(1)</script> \u202eexe.txt\u202c \u2067\u05e9\u05dc\u05d5\u05dd {{7*7}}"
PAGE = 100
STEPS = 620

mlflow.set_tracking_uri(sys.argv[1])
client = mlflow.MlflowClient()
stamp = time.time_ns()
ids = {name: client.create_experiment(f"{name}-{stamp}") for name in ["app", "many", "none"]}
mlflow.set_experiment(experiment_id=ids["app"])


@mlflow.trace(span_type=SpanType.RETRIEVER)
def look_up(question):
    return [{"page_content": "forty-two", "metadata": {"doc_uri": "a.txt"}}]


@mlflow.trace(span_type=SpanType.AGENT)
def answer(question):
    look_up(question)
    with mlflow.start_span("chat", span_type=SpanType.CHAT_MODEL) as span:
        span.set_inputs({"messages": [{"role": "user", "content": question}]})
        usage = {"input_tokens": 12, "output_tokens": 30, "total_tokens": 42}
        span.set_attribute("mlflow.chat.tokenUsage", usage)
        span.set_outputs({"choices": ["42"]})
    mlflow.update_current_trace(
        tags={"team": "search", "odd": HOSTILE},
        metadata={"mlflow.trace.session": "session-7", "mlflow.trace.user": "ada"},
    )
    return "42: " + question


@mlflow.trace(span_type=SpanType.TOOL)
def divide(number):
    return 1 / number


@mlflow.trace
def breaks(number):
    return divide(number)


@mlflow.trace
def climb(steps):
    for nth in range(steps):
        with mlflow.start_span(f"step {nth}") as span:
            span.set_inputs({"nth": nth})
    return "x" * 200_000


def last():
    mlflow.flush_trace_async_logging()
    return mlflow.get_last_active_trace_id()


answer("What is it?")
good = last()
try:
    breaks(0)
except ZeroDivisionError:
    pass
bad = last()
answer(HOSTILE)
hostile = last()
climb(STEPS - 1)
long = last()
with mlflow.start_run() as run:
    answer("In a run?")
    of_run = last()
model = mlflow.create_external_model(name="agent")
with mlflow.set_active_model(model_id=model.model_id):
    answer("By a model?")
    of_model = last()

person = AssessmentSource(source_type="HUMAN", source_id="ada")
judge = AssessmentSource(source_type="LLM_JUDGE", source_id="a-judge")
code = AssessmentSource(source_type="CODE", source_id="rules.py")


def feedback(trace, name, value=None, source=code, **more):
    return mlflow.log_feedback(trace_id=trace, name=name, value=value, source=source, **more)


def expects(trace, name, value):
    mlflow.log_expectation(trace_id=trace, name=name, value=value, source=person)


first = feedback(good, "correct", False, person, rationale="too short")
mlflow.override_feedback(
    trace_id=good, assessment_id=first.assessment_id, value=True, rationale="it is right", source=person
)
feedback(bad, "correct", False, rationale="it divides by zero")
feedback(hostile, "correct", True, person, rationale=HOSTILE)
feedback(good, "score", 0.5)
feedback(bad, "score", 0.125)
feedback(good, "grounded", "yes", judge, rationale="as the page says")
feedback(hostile, "grounded", error=AssessmentError("TIMEOUT", "the judge sleeps"), source=judge)
feedback(good, "labels", ["short", "true"])
expects(good, "facts", ["it is 42", "it is a number"])
expects(bad, "facts", {"a": [1, 2]})
expects(good, "wanted", "42")

unfinished = TraceInfo(
    trace_id=f"tr-{uuid.uuid4().hex}",
    trace_location=TraceLocation.from_experiment_id(ids["app"]),
    request_time=int(time.time() * 1000),
    state=TraceState.IN_PROGRESS,
    request_preview="still going",
)
TracingClient().start_trace(unfinished)

mlflow.set_experiment(experiment_id=ids["many"])
for nth in range(PAGE + 3):
    with mlflow.start_span(f"call {nth}") as span:
        span.set_inputs(nth)
mlflow.flush_trace_async_logging()


def described(trace):
    info = trace.info
    return {
        "id": info.trace_id,
        "name": info.tags.get("mlflow.traceName"),
        "state": str(info.state),
        "request": info.request_preview,
        "response": info.response_preview,
        "milliseconds": info.execution_duration,
        "tokens": (info.token_usage or {}).get("total_tokens"),
        "tags": {key: value for key, value in info.tags.items() if not key.startswith("mlflow.")},
        "assessments": [
            {
                "name": it.name,
                "value": it.value,
                "valid": it.valid is not False,
                "source": it.source.source_id,
                "rationale": it.rationale,
                "failed": it.feedback is not None and it.feedback.error is not None,
            }
            for it in info.assessments
        ],
        "spans": [
            {
                "name": span.name,
                "type": span.span_type,
                "inputs": span.inputs,
                "outputs": span.outputs if len(str(span.outputs)) < 1000 else None,
                "state": span.status.status_code,
                "events": [event.attributes for event in span.events],
            }
            for span in trace.data.spans[:20]
        ],
        "steps": len(trace.data.spans),
    }


def found(experiment, **asked):
    asked = {"return_type": "list", "include_spans": True, **asked}
    return [described(trace) for trace in mlflow.search_traces(locations=[experiment], **asked)]


print(
    json.dumps(
        {
            "experiments": ids,
            "run": run.info.run_id,
            "model": model.model_id,
            "good": good,
            "bad": bad,
            "hostile": hostile,
            "long": long,
            "unfinished": unfinished.trace_id,
            "all": found(ids["app"]),
            "of run": [trace["id"] for trace in found(ids["app"], run_id=run.info.run_id)],
            "of model": [trace["id"] for trace in found(ids["app"], model_id=model.model_id)],
            "many": len(found(ids["many"], max_results=500)),
            "steps": STEPS,
        }
    )
)
