// Package gateway is the data plane: every client request runs through the one pipeline in pipeline.go. It is a plain
// http.Handler beside Echo, not under its middleware, so nothing can buffer or time out a stream (decision D3).
package gateway
