"""Traces in bulk: thousands of random programs grown word by word on columns, every step of every example recorded.

for batch in traces(TraceConfig(seed=0)):           # endless; `batches=10` ends it
    batch.words, batch.types, batch.values, ...     # arrays, for training
    batch.records()                                 # JSON, for people, with the abstract stacks beside the concrete ones
"""

from dsl.traces.batch import TraceBatch as TraceBatch
from dsl.traces.config import TraceConfig as TraceConfig
from dsl.traces.grow import traces as traces
