package sandbox

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// converseAsked is what the sandbox reads of a Converse request.
type converseAsked struct {
	Messages []struct {
		Role    string          `json:"role"`
		Content []converseBlock `json:"content"`
	} `json:"messages"`
	System []converseBlock `json:"system"`
	Config struct {
		MaxTokens   *int64   `json:"maxTokens"`
		Temperature *float64 `json:"temperature"`
		Stop        []string `json:"stopSequences"`
	} `json:"inferenceConfig"`
	Tools struct {
		Tools []struct {
			Spec *struct {
				Name   string `json:"name"`
				Schema struct {
					JSON json.RawMessage `json:"json"`
				} `json:"inputSchema"`
			} `json:"toolSpec"`
		} `json:"tools"`
		Choice map[string]struct {
			Name string `json:"name"`
		} `json:"toolChoice"`
	} `json:"toolConfig"`
	Output struct {
		Format struct {
			Structure struct {
				JSON struct {
					Schema string `json:"schema"`
				} `json:"jsonSchema"`
			} `json:"structure"`
		} `json:"textFormat"`
	} `json:"outputConfig"`
	Extra struct {
		Thinking json.RawMessage `json:"thinking"`
	} `json:"additionalModelRequestFields"`
}

type converseBlock struct {
	Text     *string        `json:"text"`
	Image    *converseMedia `json:"image"`
	Document *converseMedia `json:"document"`
	Use      *struct {
		ID    string          `json:"toolUseId"`
		Name  string          `json:"name"`
		Input json.RawMessage `json:"input"`
	} `json:"toolUse"`
	Result *struct {
		ID      string `json:"toolUseId"`
		Content []struct {
			Text string          `json:"text"`
			JSON json.RawMessage `json:"json"`
		} `json:"content"`
	} `json:"toolResult"`
	Reasoning *struct {
		Text *struct {
			Text      string `json:"text"`
			Signature string `json:"signature"`
		} `json:"reasoningText"`
	} `json:"reasoningContent"`
	Cache json.RawMessage `json:"cachePoint"`
}

type converseMedia struct {
	Format string `json:"format"`
	Name   string `json:"name"`
	Source struct {
		Bytes string `json:"bytes"`
	} `json:"source"`
}

// understandConverse validates the request as Bedrock does and asks the question as one of Anthropic's.
func (s *Sandbox) understandConverse(r *http.Request, model string) (*question, *failure) {
	var c converseAsked
	if f := decode(r, &c); f != nil {
		return nil, f
	}
	q := &question{key: bearer(r)}
	m, f := c.anthropic(model)
	if f != nil {
		return nil, f
	}
	if f := q.adopt(m, true); f != nil {
		return nil, f
	}
	if q.base, q.script, f = s.enter(r, model, "sandbox-chat", "sandbox-reasoning", "sandbox-vision", claudeOnAWS); f != nil {
		if f.code == "model_not_found" {
			f.status, f.message = 400, "The provided model identifier is invalid."
		}
		return nil, f
	}
	texts, tokens, f := q.read()
	if f != nil {
		return nil, f
	}
	if n := s.seen.note(q.key+"\x00"+q.base, texts, tokens); strings.Contains(string(q.raw), `"cache_control"`) {
		q.cached = n
	}
	if q.script.Cached >= 0 {
		q.cached = min(int64(q.script.Cached), q.prompt)
	}
	return q, nil
}

// claudeOnAWS is a real model's name and list price, served in this dialect only.
const claudeOnAWS = "anthropic.claude-sonnet-4-5-20250929-v1:0"

func (c *converseAsked) anthropic(model string) (*messagesRequest, *failure) {
	m := &messagesRequest{Model: model, MaxTokens: c.Config.MaxTokens, Stop: c.Config.Stop, Temperature: c.Config.Temperature}
	if len(c.Extra.Thinking) > 0 && json.Unmarshal(c.Extra.Thinking, &m.Thinking) != nil {
		return nil, &failure{status: 400, message: "thinking: Input should be an object"}
	}
	if s := c.Output.Format.Structure.JSON.Schema; s != "" {
		_ = json.Unmarshal(encode(map[string]any{"format": map[string]any{"type": "json_schema", "schema": json.RawMessage(s)}}), &m.Output)
	}
	blocks, f := anthropicBlocks(c.System, "system")
	if f != nil {
		return nil, f
	}
	if len(blocks) > 0 {
		m.System = encode(blocks)
	}
	calls := false
	for i, msg := range c.Messages {
		blocks, f := anthropicBlocks(msg.Content, "messages."+strconv.Itoa(i))
		if f != nil {
			return nil, f
		}
		if i > 0 && c.Messages[i-1].Role == msg.Role {
			return nil, &failure{status: 400, message: "A conversation must alternate between user and assistant roles. Make sure the conversation alternates between user and assistant roles and try again."}
		}
		for _, b := range msg.Content {
			calls = calls || b.Use != nil || b.Result != nil
		}
		m.Messages = append(m.Messages, struct {
			Role    string          `json:"role"`
			Content json.RawMessage `json:"content"`
		}{msg.Role, encode(blocks)})
	}
	if calls && len(c.Tools.Tools) == 0 {
		return nil, &failure{status: 400, message: "The toolConfig field must be defined when using toolUse and toolResult content blocks."}
	}
	return m, c.equip(m)
}

func (c *converseAsked) equip(m *messagesRequest) *failure {
	var tools []map[string]any
	for _, t := range c.Tools.Tools {
		if t.Spec == nil {
			continue
		}
		if t.Spec.Name == "" || len(t.Spec.Name) > 64 || len(t.Spec.Schema.JSON) == 0 {
			return &failure{status: 400, message: "The value at toolConfig.tools.0.toolSpec is invalid."}
		}
		tools = append(tools, map[string]any{"name": t.Spec.Name, "input_schema": t.Spec.Schema.JSON})
	}
	pick := map[string]any{}
	for kind, v := range c.Tools.Choice {
		switch kind {
		case "auto", "any":
			pick["type"] = kind
		case "tool":
			pick["type"], pick["name"] = "tool", v.Name
		default:
			return &failure{status: 400, message: "Unknown tool choice."}
		}
	}
	if len(tools) > 0 {
		_ = json.Unmarshal(encode(tools), &m.Tools) // our own types always fit
	}
	if len(pick) > 0 {
		_ = json.Unmarshal(encode(pick), &m.ToolChoice)
	}
	return nil
}

// anthropicBlocks are blocks in Anthropic's words. A cache point marks the block before it.
func anthropicBlocks(in []converseBlock, at string) ([]map[string]any, *failure) {
	out := []map[string]any{}
	source := func(prefix string, m *converseMedia) map[string]string {
		return map[string]string{"type": "base64", "media_type": prefix + m.Format, "data": m.Source.Bytes}
	}
	for _, b := range in {
		switch {
		case b.Text != nil:
			out = append(out, map[string]any{"type": "text", "text": *b.Text})
		case b.Image != nil && b.Image.Source.Bytes != "" && slices.Contains([]string{"png", "jpeg", "gif", "webp"}, b.Image.Format):
			out = append(out, map[string]any{"type": "image", "source": source("image/", b.Image)})
		case b.Document != nil && b.Document.Source.Bytes != "" && b.Document.Name != "" && !strings.ContainsAny(b.Document.Name, "._/"):
			out = append(out, map[string]any{"type": "document", "source": source("application/", b.Document)})
		case b.Use != nil:
			out = append(out, map[string]any{"type": "tool_use", "id": b.Use.ID, "name": b.Use.Name, "input": b.Use.Input})
		case b.Result != nil:
			said := ""
			for _, c := range b.Result.Content {
				said += c.Text + string(c.JSON)
			}
			out = append(out, map[string]any{"type": "tool_result", "tool_use_id": b.Result.ID, "content": said})
		case b.Reasoning != nil && b.Reasoning.Text != nil:
			out = append(out, map[string]any{"type": "thinking", "thinking": b.Reasoning.Text.Text, "signature": b.Reasoning.Text.Signature})
		case b.Reasoning != nil:
		case len(b.Cache) > 0 && len(out) > 0:
			out[len(out)-1]["cache_control"] = map[string]string{"type": "ephemeral"}
		default:
			return nil, &failure{status: 400, message: "The model returned the following errors: " + at + ": a content block is empty, or of a kind that this model does not take."}
		}
	}
	return out, nil
}
