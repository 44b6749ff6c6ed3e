# Any image with Node 22.19 or newer and npm will do.
ARG NODE_IMAGE=node:24-bookworm-slim

# The Node that the image gets. Nothing in it is run: all that is runs on the platform that
# builds, since the program is the same for each.
FROM ${NODE_IMAGE} AS node

FROM --platform=$BUILDPLATFORM ${NODE_IMAGE} AS build
WORKDIR /src
COPY package.json package-lock.json ./
# Without scripts: one of them would download the Node that development is pinned to.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY build.js tsconfig.json LICENSE ./
COPY src ./src
COPY deploy/image ./deploy/image
ARG REVISION=unknown
# build.js notes REVISION in dist/revision.
RUN npm run build && node deploy/image/lay-out-program.ts . /program

FROM --platform=$BUILDPLATFORM ${NODE_IMAGE} AS system
WORKDIR /src
COPY deploy/image ./
ARG TARGETARCH
RUN --mount=type=bind,from=node,target=/node \
    node lay-out-system.ts /node /system "${TARGETARCH}"

FROM scratch
ARG REVISION=unknown
LABEL org.opencontainers.image.title="locust-exporter" \
      org.opencontainers.image.description="Prometheus exporter for Locust load tests" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.source="https://github.com/locust-exporter/locust-exporter" \
      org.opencontainers.image.documentation="https://github.com/locust-exporter/locust-exporter#readme" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.revision="${REVISION}"
ENV PATH=/usr/local/bin:/bin NODE_ENV=production
COPY --from=system /system /
COPY --from=build /program /
# A number, so that Kubernetes can tell that it is not root; any other one works as well.
USER 65534:65534
EXPOSE 9646
HEALTHCHECK --interval=30s --timeout=5s --start-period=5s --retries=3 \
  CMD ["/usr/local/bin/node", "/app/dist/bin.js", "healthcheck"]
# The threads of Node.js allocate little, and each arena keeps what it once took. The threshold is
# that of glibc; to set it is to keep it: else a large buffer raises it when it is freed, and those
# after it leave holes in a heap that never gets smaller.
ENV MALLOC_ARENA_MAX=1 MALLOC_MMAP_THRESHOLD_=131072
# The first flag is that of src/bin.ts. By the other, SIGUSR1 never opens the inspector, by which
# the other containers of a pod could run code here: src/signals.ts comes 30 ms after the start.
ENTRYPOINT ["/usr/local/bin/node", "--optimize-for-size", "--disable-sigusr1", "/app/dist/bin.js"]
