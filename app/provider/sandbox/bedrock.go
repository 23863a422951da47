package sandbox

import (
	"encoding/binary"
	"encoding/json"
	"hash/crc32"
	"net/http"
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
