package nativebatch

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/provider"
)

// files is OpenAI's interface, and Azure's: a file of lines is uploaded and a batch made of it; its results are files.
// https://platform.openai.com/docs/api-reference/batch
type files struct{ azure bool }

// ends are the paths that batches may have. Azure takes chats alone, and calls them without the version.
var ends = []string{"/chat/completions", "/responses", "/embeddings", "/completions"}

func (f files) takes(op llm.Operation) bool {
	return op == llm.Chat || !f.azure && (op == llm.Embeddings || op == llm.Completions)
}

func (f files) endpoint(path string) string {
	for _, e := range ends {
		if strings.HasSuffix(path, e) {
			if f.azure {
				return e
			}
			return "/v1" + e
		}
	}
	return ""
}

type fileLine struct {
	CustomID string          `json:"custom_id"`
	Method   string          `json:"method"`
	URL      string          `json:"url"`
	Body     json.RawMessage `json:"body"`
}

// loadKey is where a batch's metadata says which native batch it is.
const loadKey = "bodhi_load"

func (f files) submit(ctx context.Context, t *talk, l *provider.NativeBatch) (string, error) {
	end := f.endpoint(l.Path)
	if end == "" {
		return "", &provider.Failure{Class: provider.Untold, Message: "batches have no such endpoint"}
	}
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	err := w.WriteField("purpose", "batch")
	var p io.Writer
	if err == nil {
		p, err = w.CreateFormFile("file", tag(l.ID)+".jsonl")
	}
	for i := range l.Lines {
		if err == nil {
			err = writeLine(p, fileLine{custom(l.ID, l.Lines[i].Number), http.MethodPost, end, l.Lines[i].Body})
		}
	}
	if err = errors.Join(err, w.Close()); err != nil {
		return "", fmt.Errorf("native batch: write a file: %w", err)
	}
	var file struct{ ID string }
	if err := t.call(ctx, http.MethodPost, "files", w.FormDataContentType(), form.Bytes(), &file); err != nil {
		return "", unmade(err)
	}
	if err := f.ready(ctx, t, file.ID); err != nil {
		return "", err
	}
	var b fileBatch
	err = t.post(ctx, "batches", map[string]any{"input_file_id": file.ID, "endpoint": end, "completion_window": "24h", "metadata": map[string]string{loadKey: l.ID}}, &b)
	if err == nil && b.ID == "" {
		err = &provider.Failure{Class: provider.Garbled, Status: http.StatusOK, Message: "a batch without an id"}
	}
	return b.ID, err
}

// unmade says of a failure to upload that no batch was made: a file alone costs nothing.
func unmade(err error) error {
	var f *provider.Failure
	if certain, _ := notTaken(err); !certain {
		f = &provider.Failure{Class: provider.Unreachable, Message: "the file of a batch could not be uploaded", Cause: err}
		return f
	}
	return err
}

// ready waits until a file may be used: Azure looks through it first.
func (f files) ready(ctx context.Context, t *talk, file string) error {
	for n := 0; f.azure && n < 20; n++ {
		var s struct{ Status string }
		if err := t.call(ctx, http.MethodGet, "files/"+url.PathEscape(file), "", nil, &s); err != nil {
			return unmade(err)
		}
		if s.Status != "pending" && s.Status != "running" && s.Status != "uploaded" {
			break
		}
		select {
		case <-ctx.Done():
			return unmade(ctx.Err())
		case <-time.After(time.Second):
		}
	}
	return nil
}

func writeLine(w io.Writer, v any) error {
	text, err := json.Marshal(v)
	if err == nil {
		_, err = w.Write(append(text, '\n'))
	}
	return err
}

type fileBatch struct {
	ID       string            `json:"id"`
	Status   string            `json:"status"`
	Input    string            `json:"input_file_id"`
	Output   string            `json:"output_file_id"`
	Failures string            `json:"error_file_id"`
	Metadata map[string]string `json:"metadata"`
	Created  int64             `json:"created_at"`
	Counts   struct {
		Total, Completed, Failed int
	} `json:"request_counts"`
	Errors struct {
		Data []struct{ Message string }
	} `json:"errors"`
}

func (files) find(ctx context.Context, t *talk, l *provider.NativeBatch, _ func(string) bool) (string, error) {
	for after := ""; ; {
		var page struct {
			Data []fileBatch `json:"data"`
			More bool        `json:"has_more"`
		}
		path := "batches?limit=100"
		if after != "" {
			path += "&after=" + url.QueryEscape(after)
		}
		if err := t.call(ctx, http.MethodGet, path, "", nil, &page); err != nil {
			return "", err
		}
		for _, b := range page.Data {
			if b.Metadata[loadKey] == l.ID {
				return b.ID, nil
			}
			if after = b.ID; b.Created > 0 && b.Created < l.Since.Add(-clocks).Unix() { // newest first: what follows is older
				return "", nil
			}
		}
		if !page.More || len(page.Data) == 0 {
			return "", nil
		}
	}
}

// clocks may differ by as much.
const clocks = 10 * time.Minute

func (files) progress(ctx context.Context, t *talk, remote string) (provider.NativeProgress, error) {
	var b fileBatch
	if err := t.call(ctx, http.MethodGet, "batches/"+url.PathEscape(remote), "", nil, &b); err != nil {
		return provider.NativeProgress{}, err
	}
	v := provider.NativeProgress{Total: b.Counts.Total, Done: b.Counts.Completed + b.Counts.Failed}
	switch b.Status {
	case "completed":
		v.Over, v.Whole = true, true
	case "expired", "cancelled":
		v.Over = true
	case "failed":
		v.Over, v.Lost = true, true
		for _, e := range b.Errors.Data {
			v.Why = clip(e.Message)
			break
		}
	}
	for _, f := range []string{b.Output, b.Failures} {
		if f != "" {
			v.Files = append(v.Files, f)
		}
	}
	return v, nil
}

func (files) cancel(ctx context.Context, t *talk, remote string) error {
	return t.call(ctx, http.MethodPost, "batches/"+url.PathEscape(remote)+"/cancel", "application/json", []byte("{}"), nil)
}

func (files) results(ctx context.Context, t *talk, _ string, v *provider.NativeProgress, each func(string, provider.NativeResult) error) error {
	for _, f := range v.Files {
		body, err := t.open(ctx, http.MethodGet, "files/"+url.PathEscape(f)+"/content", "", nil)
		if err != nil {
			return err
		}
		err = lines(body, func(text []byte) error {
			var r struct {
				CustomID string `json:"custom_id"`
				Response *struct {
					Status int             `json:"status_code"`
					Body   json.RawMessage `json:"body"`
				} `json:"response"`
				Error *struct{ Code, Message string } `json:"error"`
			}
			if json.Unmarshal(text, &r) != nil {
				return nil // it is no line of ours; what it was of has no result then
			}
			if r.Response == nil || r.Response.Status == 0 {
				if r.Error == nil {
					return nil
				}
				return each(r.CustomID, provider.NativeResult{Body: []byte(clip(r.Error.Message))})
			}
			return each(r.CustomID, provider.NativeResult{Status: r.Response.Status, Body: r.Response.Body})
		})
		_ = body.Close()
		if err != nil {
			return err
		}
	}
	return nil
}

// lines gives the lines of a body. One that is longer than any may be ends it.
func lines(body io.Reader, do func(text []byte) error) error {
	s := bufio.NewScanner(body)
	s.Buffer(make([]byte, 64<<10), maxLine)
	for s.Scan() {
		if text := bytes.TrimSpace(s.Bytes()); len(text) > 0 {
			if err := do(text); err != nil {
				return err
			}
		}
	}
	return s.Err()
}

func (files) remove(ctx context.Context, t *talk, remote string, v *provider.NativeProgress) {
	names := v.Files
	var b fileBatch
	if t.call(ctx, http.MethodGet, "batches/"+url.PathEscape(remote), "", nil, &b) == nil && b.Input != "" {
		names = append(names, b.Input)
	}
	for _, f := range names {
		_ = t.call(ctx, http.MethodDelete, "files/"+url.PathEscape(f), "", nil, nil) // the provider's own time ends it otherwise
	}
}
