package bedrock

import (
	"encoding/json"
	"strings"
)

// The shapes of Converse, as both sides send them.

type message struct {
	Role    string  `json:"role"`
	Content []block `json:"content"`
}

// block is one piece of a message: exactly one of its members is there.
type block struct {
	Text      *string    `json:"text,omitempty"`
	Image     *media     `json:"image,omitempty"`
	Document  *media     `json:"document,omitempty"`
	Use       *toolUse   `json:"toolUse,omitempty"`
	Result    *result    `json:"toolResult,omitempty"`
	Reasoning *reasoning `json:"reasoningContent,omitempty"`
	Cache     *cachePt   `json:"cachePoint,omitempty"`
	// JSON is what a tool gave, in a result only.
	JSON json.RawMessage `json:"json,omitempty"`
}

type media struct {
	Format string `json:"format,omitempty"`
	Name   string `json:"name,omitempty"`
	Source source `json:"source"`
}

type source struct {
	Bytes string `json:"bytes,omitempty"` // base64
	Text  string `json:"text,omitempty"`
	S3    *struct {
		URI string `json:"uri"`
	} `json:"s3Location,omitempty"`
}

type toolUse struct {
	ID    string          `json:"toolUseId"`
	Name  string          `json:"name"`
	Input json.RawMessage `json:"input,omitempty"`
}

type result struct {
	ID      string  `json:"toolUseId"`
	Content []block `json:"content"`
	Status  string  `json:"status,omitempty"`
}

type reasoning struct {
	Text     *signedText `json:"reasoningText,omitempty"`
	Redacted string      `json:"redactedContent,omitempty"` // base64
}

type signedText struct {
	Text      string `json:"text"`
	Signature string `json:"signature,omitempty"`
}

type cachePt struct {
	Type string `json:"type"`
	TTL  string `json:"ttl,omitempty"`
}

type toolConfig struct {
	Tools  []toolEntry `json:"tools"`
	Choice *choice     `json:"toolChoice,omitempty"`
}

type toolEntry struct {
	Spec   *toolSpec       `json:"toolSpec,omitempty"`
	System json.RawMessage `json:"systemTool,omitempty"`
	Cache  *cachePt        `json:"cachePoint,omitempty"`
}

type toolSpec struct {
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
	Schema      struct {
		JSON json.RawMessage `json:"json"`
	} `json:"inputSchema"`
	Strict bool `json:"strict,omitempty"`
}

type choice struct {
	Auto *struct{} `json:"auto,omitempty"`
	Any  *struct{} `json:"any,omitempty"`
	Tool *chosen   `json:"tool,omitempty"`
}

type chosen struct {
	Name string `json:"name"`
}

type counts struct {
	Input  int64 `json:"inputTokens"`
	Output int64 `json:"outputTokens"`
	Total  int64 `json:"totalTokens"`
	Reads  int64 `json:"cacheReadInputTokens"`
	Writes int64 `json:"cacheWriteInputTokens"`
}

// kinds are media types by Converse's formats.
var kinds = map[string]string{"png": "image/png", "jpeg": "image/jpeg", "gif": "image/gif", "webp": "image/webp", "pdf": "application/pdf",
	"csv": "text/csv", "html": "text/html", "txt": "text/plain", "md": "text/markdown", "doc": "application/msword", "xls": "application/vnd.ms-excel",
	"docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}

// formatOf is the way back, "" for what Converse does not take.
func formatOf(kind string) string {
	kind, _, _ = strings.Cut(strings.ToLower(kind), ";")
	if kind == "image/jpg" {
		return "jpeg"
	}
	for format, k := range kinds {
		if k == kind {
			return format
		}
	}
	return ""
}
