package bedrock

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect"
)

var errType = errors.New("bedrock: a value has the wrong type")

// Parse implements llm.Dialect. Decode has found the body sound, so only the types of what it skipped can be wrong.
func (Dialect) Parse(call *llm.Call) (*llm.Conversation, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(call.Body, &fields); err != nil {
		return nil, fault.Field("", "The request's body must be a JSON object.").Because(err)
	}
	c := &llm.Conversation{}
	for _, name := range ordered {
		raw, there := fields[name]
		if delete(fields, name); !there || string(raw) == "null" || readers[name] == nil {
			continue
		}
		if err := readers[name](c, raw); err != nil {
			if f := (*fault.Error)(nil); errors.As(err, &f) {
				return nil, f
			}
			return nil, fault.Field(name, fmt.Sprintf("%q cannot be read: a value in it has the wrong type.", name)).Because(err)
		}
	}
	for name, raw := range fields {
		if string(raw) != "null" {
			c.Unknown = append(c.Unknown, name)
		}
	}
	slices.Sort(c.Unknown)
	return c, nil
}

// ordered are the fields in the order in which they are read.
var ordered = []string{"system", "messages", "toolConfig", "inferenceConfig", "additionalModelRequestFields", "outputConfig", "requestMetadata",
	"serviceTier", "performanceConfig", "additionalModelResponseFieldPaths", "modelId"}

// readers read the fields. Those without one were read by Decode, or mean nothing elsewhere and lose nothing.
var readers = map[string]func(*llm.Conversation, json.RawMessage) error{
	"system": func(c *llm.Conversation, r json.RawMessage) error {
		parts, err := readBlocks(r, "system")
		c.System = parts
		return err
	},
	"messages":                     parseMessages,
	"toolConfig":                   parseTools,
	"inferenceConfig":              parseConfig,
	"additionalModelRequestFields": parseExtra,
	"outputConfig":                 parseOutput,
	"requestMetadata":              func(c *llm.Conversation, r json.RawMessage) error { c.Metadata = r; return nil },
}

func parseConfig(c *llm.Conversation, r json.RawMessage) error {
	var v struct {
		Temperature json.RawMessage `json:"temperature"`
		TopP        json.RawMessage `json:"topP"`
		Stop        []string        `json:"stopSequences"`
	}
	err := json.Unmarshal(r, &v)
	c.Sampling.Stop = v.Stop
	return errors.Join(err, number(v.Temperature, &c.Sampling.Temperature), number(v.TopP, &c.Sampling.TopP))
}

// number keeps a JSON number as it is written.
func number(r json.RawMessage, into *llm.Number) error {
	if len(r) == 0 || string(r) == "null" {
		return nil
	}
	var n json.Number
	if r[0] == '"' || json.Unmarshal(r, &n) != nil {
		return errType
	}
	*into = llm.Number(n)
	return nil
}

// parseExtra reads Claude's own parameters, which everybody uses; others have no place elsewhere.
func parseExtra(c *llm.Conversation, r json.RawMessage) error {
	var v map[string]json.RawMessage
	if err := json.Unmarshal(r, &v); err != nil {
		return err
	}
	for name, raw := range v {
		var err error
		switch name {
		case "top_k":
			err = number(raw, &c.Sampling.TopK)
		case "thinking", "reasoning_config":
			var t struct {
				Type   string `json:"type"`
				Budget int64  `json:"budget_tokens"`
			}
			err = json.Unmarshal(raw, &t)
			switch t.Type {
			case "enabled":
				c.Reasoning.Budget = max(t.Budget, 0)
			case "adaptive":
				c.Reasoning.Adaptive = true
			case "disabled":
				c.Reasoning.Effort = "none"
			}
		case "reasoning_effort":
			err = json.Unmarshal(raw, &c.Reasoning.Effort)
		case "stop_sequences":
			err = json.Unmarshal(raw, &c.Sampling.Stop)
		default:
			c.Unknown = append(c.Unknown, "additionalModelRequestFields."+name)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func parseOutput(c *llm.Conversation, r json.RawMessage) error {
	var v struct {
		Effort string `json:"effort"`
		Format struct {
			Type      string `json:"type"`
			Structure struct {
				JSON struct {
					Schema      string `json:"schema"`
					Name        string `json:"name"`
					Description string `json:"description"`
				} `json:"jsonSchema"`
			} `json:"structure"`
		} `json:"textFormat"`
	}
	if err := json.Unmarshal(r, &v); err != nil {
		return err
	}
	if v.Effort != "" && c.Reasoning.Adaptive {
		c.Reasoning.Effort = v.Effort
	}
	if s := v.Format.Structure.JSON; v.Format.Type == "json_schema" {
		if !json.Valid([]byte(s.Schema)) {
			return fault.Field("outputConfig.textFormat.structure.jsonSchema.schema", "The schema in \"outputConfig\" must be JSON in a string.")
		}
		c.Format = llm.Format{Kind: llm.FormatSchema, Name: s.Name, About: s.Description, Schema: []byte(s.Schema), Strict: true}
	}
	return nil
}

func parseTools(c *llm.Conversation, r json.RawMessage) error {
	var v struct {
		Tools  []toolEntry `json:"tools"`
		Choice *choice     `json:"toolChoice"`
	}
	if err := json.Unmarshal(r, &v); err != nil {
		return err
	}
	for i, t := range v.Tools {
		switch {
		case t.Cache != nil:
			if n := len(c.Tools); n > 0 {
				c.Tools[n-1].Cache = &llm.Cache{TTL: t.Cache.TTL}
			}
		case t.Spec == nil:
			c.Tools = append(c.Tools, llm.Tool{Name: "systemTool", Native: t.System, NativeOf: llm.Bedrock})
			if t.System == nil {
				return fault.Field(fmt.Sprintf("toolConfig.tools[%d]", i), fmt.Sprintf("toolConfig.tools[%d] has no \"toolSpec\".", i))
			}
		case t.Spec.Name == "":
			return fault.Field(fmt.Sprintf("toolConfig.tools[%d].toolSpec.name", i), fmt.Sprintf("toolConfig.tools[%d] has no name.", i))
		default:
			c.Tools = append(c.Tools, llm.Tool{Name: t.Spec.Name, Description: t.Spec.Description, Schema: t.Spec.Schema.JSON, Strict: t.Spec.Strict})
		}
	}
	switch ch := v.Choice; {
	case ch == nil:
	case ch.Any != nil:
		c.Choose.Mode = llm.ChooseAny
	case ch.Tool != nil:
		c.Choose = llm.ToolChoice{Mode: llm.ChooseNamed, Name: ch.Tool.Name}
	}
	return nil
}

func parseMessages(c *llm.Conversation, r json.RawMessage) error {
	var list []struct {
		Role    string          `json:"role"`
		Content json.RawMessage `json:"content"`
	}
	if err := json.Unmarshal(r, &list); err != nil {
		return err
	}
	for i, m := range list {
		at := fmt.Sprintf("messages[%d]", i)
		parts, err := readBlocks(m.Content, at)
		if err != nil {
			return err
		}
		switch m.Role {
		case "user":
			c.Add(llm.User, parts...)
		case "assistant":
			c.Add(llm.Assistant, parts...)
		default:
			return fault.Field(at+".role", fmt.Sprintf("%s has the role %q. Send user or assistant.", at, m.Role))
		}
	}
	return nil
}

func readBlocks(r json.RawMessage, at string) ([]llm.Part, error) {
	if len(r) == 0 || string(r) == "null" {
		return nil, nil
	}
	var list []json.RawMessage
	if err := json.Unmarshal(r, &list); err != nil {
		return nil, err
	}
	parts := make([]llm.Part, 0, len(list))
	for _, raw := range list {
		var b block
		if err := json.Unmarshal(raw, &b); err != nil {
			return nil, err
		}
		if b.Cache != nil {
			if n := len(parts); n > 0 {
				parts[n-1].Cache = &llm.Cache{TTL: b.Cache.TTL}
			}
			continue
		}
		p, err := b.part(raw, at)
		if err != nil {
			return nil, err
		}
		parts = append(parts, p)
	}
	return parts, nil
}

func (b *block) part(raw []byte, at string) (llm.Part, error) {
	switch {
	case b.Text != nil:
		return llm.Part{Text: *b.Text}, nil
	case b.JSON != nil:
		return llm.Part{Text: string(b.JSON)}, nil
	case b.Image != nil:
		m, err := b.Image.media(at)
		return llm.Part{Kind: llm.Image, Media: m}, err
	case b.Document != nil:
		m, err := b.Document.media(at)
		return llm.Part{Kind: llm.Document, Media: m}, err
	case b.Use != nil:
		in := []byte(b.Use.Input)
		if len(in) == 0 || string(in) == "null" {
			in = []byte("{}")
		}
		return llm.Part{Kind: llm.ToolCall, ID: b.Use.ID, Name: b.Use.Name, Data: in}, nil
	case b.Result != nil:
		p := llm.Part{Kind: llm.ToolResult, ID: b.Result.ID, Failed: b.Result.Status == "error"}
		for i := range b.Result.Content {
			inner, err := b.Result.Content[i].part(nil, at)
			if err != nil {
				return p, err
			}
			p.Parts = append(p.Parts, inner)
		}
		return p, nil
	case b.Reasoning != nil && b.Reasoning.Text != nil:
		p := llm.Part{Kind: llm.Thinking, Text: b.Reasoning.Text.Text}
		if s := b.Reasoning.Text.Signature; s != "" {
			p.Opaque = unseal(s)
		}
		return p, nil
	case b.Reasoning != nil:
		return llm.Part{Kind: llm.Thinking, Opaque: unsealBytes(b.Reasoning.Redacted)}, nil
	}
	return llm.Part{Kind: llm.Foreign, Opaque: &llm.Opaque{Of: llm.Bedrock, Data: string(raw)}}, nil
}

func (m *media) media(at string) (*llm.Media, error) {
	out := &llm.Media{Type: kinds[m.Format], Name: m.Name, Base64: m.Source.Bytes, Text: m.Source.Text}
	switch {
	case m.Source.S3 != nil:
		out.FileID = m.Source.S3.URI
	case m.Source.Bytes == "" && m.Source.Text == "":
		return nil, fault.Field(at+".content.source", at+" holds an image or a document without \"source.bytes\".")
	case strings.HasPrefix(out.Type, "text/") && out.Base64 != "": // a plain text, which every dialect can say
		text, err := base64.StdEncoding.DecodeString(out.Base64)
		if err != nil {
			return nil, fault.Field(at+".content.source.bytes", at+" holds bytes that are no base64.")
		}
		out.Base64, out.Text = "", string(text)
	}
	return out, nil
}

// Other providers' opaque state travels to a client of this dialect and back in a signature, which it keeps without
// reading. The mark in front says whose it is. Signatures without one are Claude's, and the same on Anthropic's own API.
const sealed = dialect.Sealed

func seal(o *llm.Opaque) string {
	if o.Of == llm.Anthropic || o.Of == llm.Bedrock {
		return o.Data
	}
	return sealed + string(o.Of) + ":" + o.Data
}

func unseal(s string) *llm.Opaque {
	if rest, ours := strings.CutPrefix(s, sealed); ours {
		of, data, _ := strings.Cut(rest, ":")
		return &llm.Opaque{Of: llm.Family(of), Data: data}
	}
	return &llm.Opaque{Of: llm.Anthropic, Data: s}
}

// sealBytes is hidden thinking as Converse has it, bytes in base64: Bedrock's own as it came, anybody else's marked.
func sealBytes(o *llm.Opaque) string {
	if o.Of == llm.Bedrock {
		return o.Data
	}
	return base64.StdEncoding.EncodeToString([]byte(sealed + string(o.Of) + ":" + o.Data))
}

func unsealBytes(s string) *llm.Opaque {
	raw, err := base64.StdEncoding.DecodeString(s)
	if rest, ours := strings.CutPrefix(string(raw), sealed); ours && err == nil {
		of, data, _ := strings.Cut(rest, ":")
		return &llm.Opaque{Of: llm.Family(of), Data: data, Redacted: true}
	}
	return &llm.Opaque{Of: llm.Bedrock, Data: s, Redacted: true}
}
