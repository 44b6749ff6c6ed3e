# Both bases are build arguments. Renovate (renovate.json) adds their digests and keeps them new.
# What builds: any image with Node 22.19 or newer and npm.
ARG BUILD_IMAGE=node:24-trixie-slim
# What runs: any image with Node 22.19 or newer in /nodejs/bin/node.
ARG RUNTIME_IMAGE=gcr.io/distroless/nodejs24-debian13:nonroot

# On the platform that builds, since the program is the same for each.
FROM --platform=$BUILDPLATFORM ${BUILD_IMAGE} AS build
WORKDIR /src
COPY package.json package-lock.json ./
# The only workspace is the Node.js that development is pinned to.
RUN npm ci --ignore-scripts --workspaces=false --no-audit --no-fund
COPY build.js tsconfig.json ./
COPY src ./src
COPY deploy/locust ./deploy/locust
ARG REVISION=unknown
# build.js notes REVISION in dist/revision.
RUN npm run build

FROM ${RUNTIME_IMAGE}
ARG REVISION=unknown
LABEL org.opencontainers.image.title="locust-exporter" \
      org.opencontainers.image.description="Prometheus exporter for Locust load tests" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.source="https://github.com/locust-exporter/locust-exporter" \
      org.opencontainers.image.documentation="https://github.com/locust-exporter/locust-exporter#readme" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.revision="${REVISION}"
ENV NODE_ENV=production
COPY --from=build /src/dist /app/dist
COPY --chmod=644 package.json LICENSE /app/
# The second name is that of the program that this one replaces.
COPY --chmod=755 deploy/image/locust-exporter.js /usr/local/bin/locust-exporter
COPY --chmod=755 deploy/image/locust-exporter.js /bin/locust_exporter
# A number, so that Kubernetes can tell that it is not root; any other one works as well.
USER 65534:65534
WORKDIR /
EXPOSE 9646
HEALTHCHECK --interval=30s --timeout=5s --start-period=5s --retries=3 \
  CMD ["/nodejs/bin/node", "/app/dist/bin.js", "healthcheck"]
# The threads of Node.js allocate little, and each arena keeps the memory that it once took. The
# threshold is the default of glibc. Setting it keeps it fixed: otherwise glibc raises it when a
# large buffer is freed, and later buffers leave holes in a heap that never gets smaller.
ENV MALLOC_ARENA_MAX=1 MALLOC_MMAP_THRESHOLD_=131072
# The first flag is that of src/bin.ts. With the other, SIGUSR1 never opens the inspector, which
# would let the other containers of a pod run code here: src/signals.ts takes effect 30 ms after
# the start.
# deploy/image/locust-exporter.js has the same.
ENTRYPOINT ["/nodejs/bin/node", "--optimize-for-size", "--disable-sigusr1", "/app/dist/bin.js"]
