# cutaway serve, from source: `docker build -t cutaway .`
# The image holds node, flock, certificates and what serves: no shell, no package manager.
FROM node:20-bookworm AS build
WORKDIR /src
COPY . .
# Emscripten comes from Debian; the npm packages are those of the lock file.
RUN npm run build
RUN node deploy/image-root.js /out

FROM scratch
COPY --from=build /out /
USER 65532:65532
ENV NODE_ENV=production XDG_DATA_HOME=/data
EXPOSE 8787
VOLUME /data
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s CMD ["/usr/bin/node", "-e", "fetch('http://127.0.0.1:8787/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["/usr/bin/node", "/app/bin/cutaway.js", "serve", "--host", "0.0.0.0", "--log", "json"]
# What follows is the caller's to say: --keys FILE, or --open on a network of its own.
CMD []
