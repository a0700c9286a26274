# The service, and two tools to try it with: `docker build .` makes the service, `--target conformance` and `--target load`
# make the tools. Any builder will do, BuildKit or the one before it.

FROM python:3.11-slim-bookworm AS base
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1
WORKDIR /srv
# Nobody installs anything into an image that runs.
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
COPY requirements/server.txt ./
RUN python -m pip install -r server.txt
COPY mission_collaboration mission_collaboration
COPY app app
# Bytecode is written now, since the root file system may be read-only later.
RUN python -m compileall -q --invalidation-mode unchecked-hash mission_collaboration app

FROM base AS service
LABEL org.opencontainers.image.title="Mission Collaboration Service" \
      org.opencontainers.image.description="Tells a backend what a stream of mission collaboration events means." \
      org.opencontainers.image.version="1.0.0" \
      org.opencontainers.image.licenses="MIT"
COPY --from=service-parts /opt/venv /opt/venv
COPY --from=service-parts /build/mission_collaboration mission_collaboration
COPY --from=service-parts /build/app app
ENV COLLAB_HOST=0.0.0.0
EXPOSE 8000
USER 10001:10001
# It starts again and again, so it imports little: neither the packages nor the service.
HEALTHCHECK --interval=5s --timeout=3s --start-period=20s --retries=3 \
  CMD ["python", "-I", "-S", "-c", "import os, urllib.request as web; web.urlopen('http://127.0.0.1:%s/readyz' % (os.environ.get('COLLAB_PORT') or os.environ.get('PORT') or 8000), timeout=2)"]
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

# What comes last is what `docker build .` makes.
FROM service
