package compat

import (
	"context"
	"net/http"
	"regexp"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/openai"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/provider/carry"
)

// mediaPaths are where pictures, sound, verdicts and uploads go.
var mediaPaths = map[llm.Operation]string{
	llm.MakeImages: "images/generations", llm.EditImages: "images/edits", llm.Transcribe: "audio/transcriptions",
	llm.Interpret: "audio/translations", llm.Speak: "audio/speech", llm.Moderate: "moderations", llm.UploadFile: "files",
}

// Counted are the speech models of OpenAI that are billed by tokens. The older ones are billed by characters, which the
// request shows, and know no events.
var Counted = regexp.MustCompile(`^gpt-.*-tts`)

// media builds a request about pictures, sound, verdicts or files: the client's own bytes, or for speech that is billed by
// tokens, a stream that tells them.
func (a *Adapter) media(ctx context.Context, c *provider.Connection, call *llm.Call, edit llm.Edit, in http.Header) (*http.Request, error) {
	if a.s.NoMedia {
		return nil, carry.Unsupported(call)
	}
	if call.Operation.Filed() && call.Operation != llm.UploadFile {
		return a.file(ctx, c, call, in)
	}
	path, ok := mediaPaths[call.Operation]
	if !ok {
		return nil, carry.Unsupported(call)
	}
	r, err := a.request(ctx, c, path, []byte{})
	if err != nil {
		return nil, err
	}
	carry.Forward(r, in, accepts(call), a.s.Forward...)
	body := PayloadOf(call, edit, a.s.Counted)
	carry.Pieces(r, body.Pieces, body.Type)
	return r, nil
}

// PayloadOf is the body of a call about media; counted are the speech models that must be asked for events.
func PayloadOf(call *llm.Call, edit llm.Edit, counted *regexp.Regexp) openai.Payload {
	if call.Operation == llm.Speak && call.Plain != "" && counted != nil && counted.MatchString(edit.Model) {
		return openai.Spoken(call, edit)
	}
	return openai.PayloadOf(call, edit)
}

func accepts(call *llm.Call) string {
	switch {
	case call.Plain != "":
		return "*/*"
	case call.Stream:
		return "text/event-stream"
	}
	return ""
}

// file builds a request about one file.
func (a *Adapter) file(ctx context.Context, c *provider.Connection, call *llm.Call, in http.Header) (*http.Request, error) {
	path := "files/" + call.Follows
	if call.Operation == llm.ReadFile {
		path += "/content"
	}
	r, err := a.request(ctx, c, path, nil)
	if err != nil {
		return nil, err
	}
	if call.Operation == llm.DeleteFile {
		r.Method = http.MethodDelete
	}
	carry.Forward(r, in, accepts(call), a.s.Forward...)
	return r, nil
}
