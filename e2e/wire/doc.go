// Package wire holds tests that use the proxy of the built binary as customers' programs do: with the official OpenAI
// clients for Go and Node, unmodified but for base URL and key, against the sandbox provider, whose own bill is the other
// half of the truth.
package wire
