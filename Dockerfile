# Built from dist/image, which scripts/build-image.mjs writes.
ARG NODE_IMAGE=node:24.21.0-bookworm-slim
FROM ${NODE_IMAGE}

# What outlives the container: the spool, the model revisions and the keys. The only place it may write to.
RUN mkdir -p /var/lib/modelapp && chown 10001:10001 /var/lib/modelapp
VOLUME /var/lib/modelapp

WORKDIR /app
COPY app/ ./

ENV NODE_ENV=production MODELAPP_HOST=0.0.0.0 MODELAPP_DATA=/var/lib/modelapp TMPDIR=/var/lib/modelapp
USER 10001:10001
EXPOSE 8080 7070
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["node", "health.js"]
ENTRYPOINT ["node", "modelapp.js"]
CMD ["serve"]

# Last, so that it does not spoil the cache of the layers above.
ARG SOURCE_HASH=unknown
LABEL modelapp.source-hash=${SOURCE_HASH}
