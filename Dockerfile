# One static binary in an empty image: no shell, no package manager, not root.
#
#   docker build -t bodhi .
#   docker run -p 8080:8080 -v bodhi:/var/lib/bodhi bodhi

FROM node:22-bookworm-slim AS static
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --no-audit --no-fund --ignore-scripts
COPY scripts/vendor.mjs scripts/
COPY static/vendor static/vendor
RUN node scripts/vendor.mjs

FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
COPY --from=static /src/static/vendor static/vendor
ARG VERSION=unknown
RUN CGO_ENABLED=0 go build -trimpath -buildvcs=false -gcflags "github.com/bodhi-gateway/bodhi/views/...=-l" -ldflags "-s -w -X main.version=$VERSION" -o /out/bodhi ./cmd/bodhi \
 && go run ./scripts/bill -binary /out/bodhi -notices /out/THIRD-PARTY.txt \
 && mkdir -p /out/data

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /out/bodhi /bodhi
COPY --from=build --chown=65532:65532 /out/data /var/lib/bodhi
COPY --from=build /out/THIRD-PARTY.txt /
COPY LICENSE NOTICE /
USER 65532:65532
ENV BODHI_ADDR=0.0.0.0:8080 BODHI_DATA_DIR=/var/lib/bodhi BODHI_LOG_FORMAT=json
EXPOSE 8080
VOLUME /var/lib/bodhi
ENTRYPOINT ["/bodhi"]
CMD ["serve"]
