// Package anthropic is Anthropic's wire dialect: messages as clients send them and as Anthropic, Bedrock and Vertex answer.
package anthropic
