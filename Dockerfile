# Two images from one file:
#   docker build --target serve -t orphan-disease-serve .     answers over HTTP; nothing in it is for training only
#   docker build --target train -t orphan-disease-train .     runs the pipelines
# Both run as a user without rights, on a root file system that may be read-only: what they write is in the volumes.
# The digest of the base is resolved at build time; the tag names one release of Python.

FROM python:3.11.14-slim-bookworm AS base
ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PATH=/opt/venv/bin:$PATH \
    HOME=/tmp \
    KEDRO_DISABLE_TELEMETRY=1 \
    DO_NOT_TRACK=1 \
    MLFLOW_DISABLE_TELEMETRY=true
RUN useradd --system --uid 10001 --user-group --no-create-home --home-dir /tmp orphan

# ---- what builds: never part of an image that runs ----
FROM base AS builder
# The CPU build of torch; PyPI's would bring several GB of CUDA. Empty where another index is configured.
ARG UV_INDEX=https://download.pytorch.org/whl/cpu
ENV UV_INDEX=$UV_INDEX \
    UV_INDEX_STRATEGY=unsafe-best-match \
    UV_NO_CACHE=1 \
    UV_LINK_MODE=copy \
    VIRTUAL_ENV=/opt/venv
WORKDIR /build
COPY requirements.lock ./
RUN python -m venv --without-pip /opt/venv \
 && python -m venv /opt/uv \
 && /opt/uv/bin/pip install --no-cache-dir "$(sed -n 's/^uv==/uv==/p' requirements.lock)"
COPY pyproject.toml README.md LICENSE NOTICE ./
COPY src src

FROM builder AS serve-environment
COPY requirements-serving.lock ./
RUN /opt/uv/bin/uv pip install --compile-bytecode -r requirements-serving.lock \
 && /opt/uv/bin/uv pip install --compile-bytecode --no-deps .

FROM builder AS train-environment
RUN /opt/uv/bin/uv pip install --compile-bytecode --constraint requirements.lock .

FROM builder AS tracking-environment
COPY requirements-tracking.lock ./
RUN /opt/uv/bin/uv pip install --compile-bytecode -r requirements-tracking.lock

# ---- MLflow's tracking server, for docker-compose.yml ----
FROM base AS tracking
COPY --from=tracking-environment /opt/venv /opt/venv
USER 10001:10001
WORKDIR /tmp
EXPOSE 5000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=6 \
  CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:5000/health', timeout=4)"]
CMD ["mlflow", "server", "--host", "0.0.0.0", "--port", "5000"]

# ---- training ----
FROM base AS train
# xgboost and torch share OpenMP threads; git is not there, so that the revision is an argument of the build.
ARG SOURCE_REVISION=""
LABEL org.opencontainers.image.title="orphan_disease, training" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.revision=$SOURCE_REVISION
COPY --from=train-environment /opt/venv /opt/venv
WORKDIR /srv/project
COPY pyproject.toml README.md ./
COPY src src
COPY conf conf
RUN mkdir -p data mlruns logs conf/local && chown -R 10001:10001 data mlruns logs
USER 10001:10001
# Writable: data, mlruns and /tmp. The tracking store is a server or a file in mlruns.
VOLUME ["/srv/project/data", "/srv/project/mlruns"]
ENV MPLCONFIGDIR=/tmp/matplotlib \
    MLFLOW_TRACKING_URI=sqlite:////srv/project/mlruns/mlflow.db
HEALTHCHECK --interval=60s --timeout=20s --start-period=30s --retries=3 \
  CMD ["python", "-c", "import orphan_disease"]
ENTRYPOINT ["kedro", "run"]
CMD ["--pipelines=training"]

# ---- serving: the last stage, and so the default ----
FROM base AS serve
ARG SOURCE_REVISION=""
LABEL org.opencontainers.image.title="orphan_disease, serving" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.revision=$SOURCE_REVISION
COPY --from=serve-environment /opt/venv /opt/venv
RUN mkdir -p /var/lib/orphan_disease /srv/models && chown 10001:10001 /var/lib/orphan_disease
USER 10001:10001
WORKDIR /tmp
# Writable: the ledger, the audit trail and the keys; /tmp. The models are only read.
VOLUME ["/var/lib/orphan_disease"]
ENV ORPHAN_DISEASE_HOST=0.0.0.0 \
    ORPHAN_DISEASE_PORT=8000 \
    ORPHAN_DISEASE_MODEL=/srv/models/06_models/model_package \
    ORPHAN_DISEASE_MODEL_CARD=/srv/models/08_reporting/model_card.md \
    ORPHAN_DISEASE_SERVING_FOLDER=/var/lib/orphan_disease
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/v1/health/ready', timeout=4)"]
CMD ["python", "-m", "orphan_disease.serving"]
