package sandbox

import (
	"encoding/binary"
	"encoding/json"
	"hash/crc32"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// The face of AWS Bedrock: Converse, whose questions and answers are Anthropic's in other words, and AWS's own framing.

func (s *Sandbox) bedrockFace() {
	s.mux.HandleFunc("POST /model/{model}/converse", s.signed(func(w http.ResponseWriter, r *http.Request) { s.converse(w, r, false) }))
	s.mux.HandleFunc("POST /model/{model}/converse-stream", s.signed(func(w http.ResponseWriter, r *http.Request) { s.converse(w, r, true) }))
	s.mux.HandleFunc("POST /model/{model}/invoke", s.signed(s.invoke))
	s.mux.HandleFunc("GET /foundation-models", s.signed(s.foundationModels))
}

// exceptions are AWS's names by status; other 4xx are validation errors, other 5xx internal ones.
var exceptions = map[int]string{401: "UnrecognizedClientException", 403: "AccessDeniedException", 404: "ResourceNotFoundException", 408: "ModelTimeoutException",
	424: "ModelErrorException", 429: "ThrottlingException", 503: "ServiceUnavailableException"}

func refuseAWS(w http.ResponseWriter, f *failure) {
	name := exceptions[f.status]
	switch {
	case name != "":
	case f.status >= 500:
		name = "InternalServerException"
	default:
		name = "ValidationException"
	}
	message := f.message
	if f.code == "context_length_exceeded" {
		message = "Input is too long for requested model."
	}
	if f.retryAfter != "" {
		w.Header().Set("Retry-After", f.retryAfter)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Amzn-Errortype", name+":http://internal.amazon.com/coral/com.amazon.bedrock/")
	w.WriteHeader(f.status)
	_ = json.NewEncoder(w).Encode(map[string]string{"message": message})
}

// signed asks for a Bedrock API key or for a signature. The signature is not checked; its form is.
func (s *Sandbox) signed(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Amzn-Requestid", s.name(s.number(), 32))
		switch auth := r.Header.Get("Authorization"); {
		case auth == "" && !s.open:
			refuseAWS(w, &failure{status: 403, message: "Missing Authentication Token"})
		case strings.Contains(auth, "invalid"):
			refuseAWS(w, &failure{status: 403, message: "The security token included in the request is invalid."})
		case strings.HasPrefix(auth, "AWS4-HMAC-SHA256 ") && !(strings.Contains(auth, "/bedrock/aws4_request, ") && strings.Contains(auth, "host;") && strings.Contains(auth, "x-amz-date") && r.Header.Get("X-Amz-Date") != ""):
			refuseAWS(w, &failure{status: 403, message: "The request signature we calculated does not match the signature you provided."})
		default:
			next(w, r)
		}
	}
}

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

// converse is the face of Converse and ConverseStream.
func (s *Sandbox) converse(w http.ResponseWriter, r *http.Request, stream bool) {
	n := s.number()
	q, f := s.understandConverse(r, r.PathValue("model"))
	if f != nil {
		refuseAWS(w, f)
		return
	}
	q.Stream = stream
	rep := s.reply(q, 0)
	for i := range rep.calls {
		rep.calls[i].id = "tooluse_" + strings.TrimPrefix(rep.calls[i].id, "call_")
	}
	charge := Charge{ID: s.name(n, 24), Client: r.Header.Get("X-Client-Request-Id"), Model: q.base, Input: q.prompt, Cached: q.cached, Stream: stream}
	if stream {
		s.streamMessages(w, r, q, &rep, anthropicMessage{Model: q.base, ID: charge.ID}, charge, framed)
		return
	}
	if q.script.CutNow || q.script.Cut > 0 {
		panic(http.ErrAbortHandler)
	}
	content := []any{}
	if t := s.thoughts(&rep); t != "" {
		content = append(content, map[string]any{"reasoningContent": map[string]any{"reasoningText": map[string]string{"text": t, "signature": signature(t)}}})
	}
	if rep.text != "" {
		content = append(content, map[string]string{"text": rep.text})
	}
	for _, c := range rep.calls {
		content = append(content, map[string]any{"toolUse": map[string]any{"toolUseId": c.id, "name": c.name, "input": whole(c.arguments)}})
	}
	reason, _ := rep.ended()
	charge.Output, charge.Reasoning, charge.End = rep.tokens(), rep.reasoning, "complete"
	s.books.charge(charge)
	out := map[string]any{"output": map[string]any{"message": map[string]any{"role": "assistant", "content": content}}, "stopReason": reason, "metrics": map[string]int{"latencyMs": 42}}
	if u := charge.anthropicUsage(q); u != nil {
		out["usage"] = converseUsage(u)
	}
	answer(w, out)
}

func converseUsage(u *anthropicUsage) map[string]int64 {
	return map[string]int64{"inputTokens": u.Input, "outputTokens": u.Output, "totalTokens": u.Input + u.Reads + u.Output, "cacheReadInputTokens": u.Reads, "cacheWriteInputTokens": 0}
}

// framed is one of Anthropic's events as Bedrock says it, in AWS's framing; nil where Bedrock says nothing.
func framed(name string, data any) []byte {
	var e struct {
		Index int `json:"index"`
		Block struct {
			Type, ID, Name string
		} `json:"content_block"`
		Delta struct {
			Type      string `json:"type"`
			Text      string `json:"text"`
			Thinking  string `json:"thinking"`
			Signature string `json:"signature"`
			Partial   string `json:"partial_json"`
			Reason    string `json:"stop_reason"`
		} `json:"delta"`
		Usage *anthropicUsage `json:"usage"`
	}
	_ = json.Unmarshal(encode(data), &e) // our own types always fit
	at := map[string]any{"contentBlockIndex": e.Index, "p": "abcdefghij"[:1+e.Index%10]}
	switch name {
	case "message_start":
		return awsFrame("messageStart", map[string]string{"role": "assistant", "p": "abc"})
	case "content_block_start":
		if e.Block.Type != "tool_use" {
			return nil
		}
		at["start"] = map[string]any{"toolUse": map[string]string{"toolUseId": e.Block.ID, "name": e.Block.Name}}
		return awsFrame("contentBlockStart", at)
	case "content_block_delta":
		at["delta"] = map[string]any{"text_delta": map[string]string{"text": e.Delta.Text},
			"thinking_delta":   map[string]any{"reasoningContent": map[string]string{"text": e.Delta.Thinking}},
			"signature_delta":  map[string]any{"reasoningContent": map[string]string{"signature": e.Delta.Signature}},
			"input_json_delta": map[string]any{"toolUse": map[string]string{"input": e.Delta.Partial}}}[e.Delta.Type]
		return awsFrame("contentBlockDelta", at)
	case "content_block_stop":
		return awsFrame("contentBlockStop", at)
	case "message_delta":
		end := map[string]any{"metrics": map[string]int{"latencyMs": 42}}
		if e.Usage != nil {
			end["usage"] = converseUsage(e.Usage)
		}
		return append(awsFrame("messageStop", map[string]string{"stopReason": e.Delta.Reason}), awsFrame("metadata", end)...)
	}
	return nil
}

// awsFrame is one message of AWS's event stream, written by its documentation and shared with nobody.
func awsFrame(event string, payload any) []byte {
	var headers []byte
	for _, h := range [][2]string{{":event-type", event}, {":content-type", "application/json"}, {":message-type", "event"}} {
		headers = append(append(headers, byte(len(h[0]))), h[0]...)
		headers = append(binary.BigEndian.AppendUint16(append(headers, 7), uint16(len(h[1]))), h[1]...)
	}
	body := encode(payload)
	b := binary.BigEndian.AppendUint32(nil, uint32(12+len(headers)+len(body)+4))
	b = binary.BigEndian.AppendUint32(b, uint32(len(headers)))
	b = binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b))
	b = append(append(b, headers...), body...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b))
}

// foundationModels is Bedrock's list, all at once.
func (s *Sandbox) foundationModels(w http.ResponseWriter, _ *http.Request) {
	list := []map[string]any{}
	for _, id := range append([]string{claudeOnAWS}, offered...) {
		list = append(list, map[string]any{"modelArn": "arn:aws:bedrock:us-east-1::foundation-model/" + id, "modelId": id, "modelName": id, "providerName": "Sandbox",
			"inputModalities": []string{"TEXT"}, "outputModalities": []string{"TEXT"}, "responseStreamingSupported": true})
	}
	answer(w, map[string]any{"modelSummaries": list})
}
