# The service, and what to try it with: `docker build .` makes the service, `--target conformance`, `--target load` and
# `--target backend` make the tools and the example backend. Any builder will do, BuildKit or the one before it.

FROM python:3.11-slim-bookworm AS base
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1
WORKDIR /srv
# Nothing is installed into an image that runs.
RUN python -m pip uninstall --quiet --yes --root-user-action=ignore pip setuptools wheel

# Packages by their hashes, as wheels alone: no compiler is needed, so none is there to be removed.
FROM python:3.11-slim-bookworm AS installer
# The registry, where it is not PyPI. Arguments stay in this stage: none of its layers is in an image below.
ARG PIP_INDEX_URL
ARG PIP_EXTRA_INDEX_URL
ARG PIP_TRUSTED_HOST
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
ENV PIP_PYTHON=/opt/venv/bin/python PIP_REQUIRE_HASHES=1 PIP_ONLY_BINARY=:all:
WORKDIR /build
RUN python -m venv --without-pip /opt/venv

FROM installer AS service-parts
# The lock to install: `otel` is the service with what COLLAB_TRACING needs.
ARG LOCK=server
COPY requirements/server.txt requirements/otel.txt ./
RUN python -m pip install -r "$LOCK.txt"
COPY mission_collaboration mission_collaboration
COPY app app
# Bytecode is written now, since the root file system may be read-only later.
RUN python -m compileall -q --invalidation-mode unchecked-hash mission_collaboration app

FROM base AS service
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Mission Collaboration Service" \
      org.opencontainers.image.description="Tells a backend what a stream of mission collaboration events means." \
      org.opencontainers.image.version="1.0.0" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.licenses="MIT"
COPY --from=service-parts /opt/venv /opt/venv
COPY --from=service-parts /build/mission_collaboration mission_collaboration
COPY --from=service-parts /build/app app
# The allocator gives large blocks back to the system once they are freed.
ENV COLLAB_HOST=0.0.0.0 MALLOC_MMAP_THRESHOLD_=1048576 MALLOC_TRIM_THRESHOLD_=8388608 MALLOC_ARENA_MAX=2
EXPOSE 8000
USER 10001:10001
# It is asked again and again, so it starts no interpreter: bash opens the connection and reads the status line.
HEALTHCHECK --interval=2s --timeout=3s --start-period=20s --retries=3 \
  CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/${COLLAB_PORT:-${PORT:-8000}} && printf 'GET /readyz HTTP/1.0\\r\\n\\r\\n' >&3 && read -r line <&3 && [[ $line == *' 200 '* ]]"]
# The server itself is the first process, so signals reach it.
CMD ["python", "-m", "app"]

FROM installer AS conformance-parts
COPY requirements/test.txt ./
RUN python -m pip install -r test.txt

FROM base AS conformance
COPY --from=conformance-parts /opt/venv /opt/venv
COPY conformance conformance
USER 10001:10001
ENTRYPOINT ["python", "-m", "conformance"]
CMD ["--help"]

FROM installer AS load-parts
COPY requirements/load.txt ./
RUN python -m pip install -r load.txt

FROM base AS load
COPY --from=load-parts /opt/venv /opt/venv
COPY loadtests loadtests
USER 10001:10001
ENTRYPOINT ["python", "-m", "loadtests"]

FROM installer AS backend-parts
COPY requirements/backend.txt ./
RUN python -m pip install -r backend.txt

FROM base AS backend
COPY --from=backend-parts /opt/venv /opt/venv
COPY docs/examples/backend backend
USER 10001:10001
EXPOSE 8100
# The health check asks every two seconds, and its lines in the log would hide all others.
CMD ["python", "-m", "uvicorn", "--factory", "backend.app:create_app", "--host", "0.0.0.0", "--port", "8100", "--no-access-log"]

# What comes last is what `docker build .` makes.
FROM service
