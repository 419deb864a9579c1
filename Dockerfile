FROM node:24-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci
COPY . .
RUN npm run build

FROM node:24-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /build/dist ./dist
COPY --from=build /build/package.json ./
# What outlives a restart; a volume of the compose file.
ENV TROOPER_DATA_DIR=/data
RUN mkdir /data && chown node /data && chmod 700 /data
# An unprivileged user that the base image brings along.
USER node
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s \
  CMD ["node", "-e", "fetch('http://localhost:' + (process.env.TROOPER_PORT || 3000) + '/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/trooper.js"]
