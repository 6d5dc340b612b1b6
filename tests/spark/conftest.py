import os
import shutil
from importlib.util import find_spec

import pytest

from detector.nightly.cluster import cluster
from tests.spark.standalone import QUICK, Standalone


@pytest.fixture(scope="session")
def standalone(tmp_path_factory):
    """A cluster of two workers."""
    if "SPARK_TESTS" not in os.environ and (shutil.which("java") is None or find_spec("pyspark") is None):
        pytest.skip("needs Java and pyspark")
    running = Standalone(tmp_path_factory.mktemp("standalone"))
    try:
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="session")
def engine(standalone):
    """The cluster as an engine."""
    options = {
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.memory": "512m",
        "spark.executor.memory": "512m",
        "spark.driver.extraJavaOptions": QUICK,
        "spark.executor.extraJavaOptions": QUICK,
        "spark.ui.enabled": "false",
        # jobs of a few rows: no plan is worth compiling or changing, and no dead machine worth waiting for
        "spark.sql.codegen.wholeStage": "false",
        "spark.sql.adaptive.enabled": "false",
        "spark.sql.shuffle.partitions": "2",
        "spark.locality.wait": "0",
        "spark.shuffle.io.maxRetries": "1",
        "spark.shuffle.io.retryWait": "100ms",
    }
    with cluster(standalone.url, options) as engine:
        yield engine
