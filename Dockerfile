# One image for all services and the operators' commands:
#   docker build -t qudao .
#   docker run qudao metrics --role api          docker run qudao metrics migrate          docker run qudao channel_operate --help
ARG BASE=docker.io/library/python:3.11-slim

# hadolint ignore=DL3006
FROM ${BASE} AS build
WORKDIR /build
# hadolint ignore=DL3008
RUN apt-get update -q && apt-get install -qy --no-install-recommends binutils && rm -rf /var/lib/apt/lists/*
# Where packages come from an index of your own: --secret id=pip.conf,src=..., and --secret id=ca,src=... where its certificate is
# signed by an authority of your own (cert = /run/secrets/ca in pip.conf). Both stay out of every layer.
COPY deploy/container/build.lock deploy/container/requirements.lock ./
RUN --mount=type=secret,id=pip.conf,target=/etc/pip.conf,mode=0444 --mount=type=secret,id=ca,mode=0444 \
    python3 -m venv tools && tools/bin/pip install --quiet --no-cache-dir --require-hashes -r build.lock \
    && python3 -m venv --without-pip /opt/qudao \
    && tools/bin/pip --python /opt/qudao/bin/python install --quiet --no-cache-dir --no-compile --only-binary :all: \
        --require-hashes -r requirements.lock
COPY deploy/container/trim ./
RUN ./trim /opt/qudao/lib/python3*/site-packages \
    && /opt/qudao/bin/python -c 'import asyncpg, cel_expr_python.cel, cryptography.fernet, pyarrow.parquet, sqlalchemy.ext.asyncio, uvloop'
COPY libs libs
COPY services services
COPY LICENSE ./
RUN PATH="/build/tools/bin:$PATH" tools/bin/pip wheel --quiet --no-cache-dir --no-index --no-deps --no-build-isolation -w wheels ./libs/* ./services/* \
    && tools/bin/pip --python /opt/qudao/bin/python install --quiet --no-cache-dir --no-compile --no-index --no-deps wheels/*.whl \
    && tools/bin/pip --python /opt/qudao/bin/python check \
    && /opt/qudao/bin/python -m compileall -q -j 0 --invalidation-mode unchecked-hash /opt/qudao/lib \
    && tools/bin/cyclonedx-py environment --of JSON --output-reproducible -o sbom.cdx.json /opt/qudao/bin/python

# The bill of materials alone: docker build --target sbom --output type=local,dest=. .
FROM scratch AS sbom
COPY --from=build /build/sbom.cdx.json /

# hadolint ignore=DL3006
FROM ${BASE}
# Nothing that runs installs anything.
RUN rm -rf /usr/local/bin/pip* /usr/local/lib/python3*/site-packages/* /usr/local/lib/python3*/ensurepip \
    /usr/lib/python3*/ensurepip /usr/share/python-wheels
COPY --from=build /opt/qudao /opt/qudao
COPY --from=build /build/sbom.cdx.json /build/LICENSE /usr/share/doc/qudao/
COPY deploy/container/health.py deploy/container/smoke.py /opt/qudao/
ENV PATH="/opt/qudao/bin:$PATH" \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    QUDAO_HOST=0.0.0.0 \
    QUDAO_PORT=8100
EXPOSE 8100
USER 10001:10001
WORKDIR /tmp
HEALTHCHECK --interval=10s --timeout=6s --start-period=60s --retries=3 CMD ["python", "-ISE", "/opt/qudao/health.py"]
ENTRYPOINT ["python", "-m"]
CMD ["channel_operate", "--help"]
# Last, so that a new commit with the same packages is a new name for the same layers.
ARG VERSION=0.1.0
ARG REVISION=unknown
ENV QUDAO_COMMIT=${REVISION}
LABEL org.opencontainers.image.title="Qudao" \
      org.opencontainers.image.description="Channel operations management, event-sourced: all services" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
