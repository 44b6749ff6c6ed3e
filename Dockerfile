# Any image with Node 22.19 or newer and npm will do.
ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json ./
# Without scripts: one of them would download the Node that development is pinned to.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY build.js tsconfig.json ./
COPY src ./src
ARG REVISION=unknown
# build.js notes REVISION in dist/revision.
RUN npm run build && chmod -R a+rX dist

FROM ${NODE_IMAGE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund && chmod -R a+rX .

FROM ${NODE_IMAGE}
ARG REVISION=unknown
LABEL org.opencontainers.image.title="locust-exporter" \
      org.opencontainers.image.description="Prometheus exporter for Locust load tests" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.revision="${REVISION}"
ENV NODE_ENV=production
WORKDIR /app
COPY --from=dependencies /app/package.json ./
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY LICENSE ./
# Also under the name of the program whose place it takes.
RUN ln -s /app/dist/bin.js /usr/local/bin/locust-exporter && ln -s /app/dist/bin.js /bin/locust_exporter
# A number, so that Kubernetes can tell that it is not root; any other one works as well.
USER 65534:65534
EXPOSE 9646
HEALTHCHECK --interval=30s --timeout=5s --start-period=5s --retries=3 \
  CMD ["node", "-e", "const ask = (by) => new Promise((yes, no) => require(by).get({ host: '127.0.0.1', port: 9646, path: '/healthz', rejectUnauthorized: false }, (r) => r.statusCode === 200 ? yes() : no()).on('error', no)); ask('http').catch(() => ask('https')).then(() => process.exit(0), () => process.exit(1))"]
# The flags of src/bin.ts, for the heap; the variable is for what is not in it.
ENV MALLOC_ARENA_MAX=1
ENTRYPOINT ["node", "--optimize-for-size", "/app/dist/bin.js"]
