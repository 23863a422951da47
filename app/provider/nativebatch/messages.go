package nativebatch

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/provider"
)

// messages is Anthropic's interface: a message batch holds its requests, and its results are lines.
// https://docs.anthropic.com/en/api/creating-message-batches
type messages struct{}

func (messages) takes(op llm.Operation) bool { return op == llm.Chat }

// batches is the path beside the list of models, which is v1/models.
const batches = "messages/batches"

type messageBatch struct {
	ID      string    `json:"id"`
	Status  string    `json:"processing_status"`
	Created time.Time `json:"created_at"`
	Counts  struct {
		Processing, Succeeded, Errored, Canceled, Expired int
	} `json:"request_counts"`
}

func (b *messageBatch) total() int {
	return b.Counts.Processing + b.Counts.Succeeded + b.Counts.Errored + b.Counts.Canceled + b.Counts.Expired
}

func (messages) submit(ctx context.Context, t *talk, l *provider.NativeBatch) (string, error) {
	type one struct {
		CustomID string          `json:"custom_id"`
		Params   json.RawMessage `json:"params"`
	}
	all := make([]one, len(l.Lines))
	for i := range l.Lines {
		all[i] = one{custom(l.ID, l.Lines[i].Number), l.Lines[i].Body}
	}
	var b messageBatch
	t.beta = l.Beta
	err := t.post(ctx, batches, map[string]any{"requests": all}, &b)
	if err == nil && b.ID == "" {
		err = &provider.Failure{Class: provider.Garbled, Status: http.StatusOK, Message: "a message batch without an id"}
	}
	return b.ID, err
}

// find takes one that nobody knows, of as many requests, made since we tried: message batches have no room for a name of ours. Should it
// be another's, none of its results is of this native batch (Results).
func (messages) find(ctx context.Context, t *talk, l *provider.NativeBatch, known func(string) bool) (string, error) {
	for after := ""; ; {
		var page struct {
			Data []messageBatch `json:"data"`
			More bool           `json:"has_more"`
			Last string         `json:"last_id"`
		}
		path := batches + "?limit=100"
		if after != "" {
			path += "&after_id=" + url.QueryEscape(after)
		}
		if err := t.call(ctx, http.MethodGet, path, "", nil, &page); err != nil {
			return "", err
		}
		for i := range page.Data {
			b := &page.Data[i]
			if b.Created.Before(l.Since.Add(-clocks)) {
				return "", nil
			}
			if b.total() == len(l.Lines) && !known(b.ID) {
				return b.ID, nil
			}
		}
		if after = page.Last; !page.More || after == "" {
			return "", nil
		}
	}
}

func (messages) progress(ctx context.Context, t *talk, remote string) (provider.NativeProgress, error) {
	var b messageBatch
	if err := t.call(ctx, http.MethodGet, batches+"/"+url.PathEscape(remote), "", nil, &b); err != nil {
		return provider.NativeProgress{}, err
	}
	over := b.Status == "ended"
	return provider.NativeProgress{Over: over, Whole: over, Total: b.total(), Done: b.total() - b.Counts.Processing}, nil
}

func (messages) cancel(ctx context.Context, t *talk, remote string) error {
	return t.call(ctx, http.MethodPost, batches+"/"+url.PathEscape(remote)+"/cancel", "application/json", []byte("{}"), nil)
}

// statuses are those that Anthropic's errors have when a request is asked alone.
var statuses = map[string]int{"invalid_request_error": 400, "authentication_error": 401, "billing_error": 402, "permission_error": 403, "not_found_error": 404, "request_too_large": 413,
	"rate_limit_error": 429, "api_error": 500, "timeout_error": 504, "overloaded_error": 529}

func (messages) results(ctx context.Context, t *talk, remote string, _ *provider.NativeProgress, each func(string, provider.NativeResult) error) error {
	body, err := t.open(ctx, http.MethodGet, batches+"/"+url.PathEscape(remote)+"/results", "", nil)
	if err != nil {
		return err
	}
	defer func() { _ = body.Close() }()
	return lines(body, func(text []byte) error {
		var r struct {
			CustomID string `json:"custom_id"`
			Result   struct {
				Type    string          `json:"type"`
				Message json.RawMessage `json:"message"`
				Error   json.RawMessage `json:"error"`
			} `json:"result"`
		}
		if json.Unmarshal(text, &r) != nil {
			return nil
		}
		switch r.Result.Type {
		case "succeeded":
			return each(r.CustomID, provider.NativeResult{Status: http.StatusOK, Body: r.Result.Message})
		case "errored":
			return each(r.CustomID, provider.NativeResult{Status: statusOf(r.Result.Error), Body: r.Result.Error})
		case "expired", "canceled":
			return each(r.CustomID, provider.NativeResult{})
		}
		return nil
	})
}

// statusOf reads an error as it came with a status of its own.
func statusOf(text []byte) int {
	var e struct {
		Error struct{ Type string } `json:"error"`
	}
	if json.Unmarshal(text, &e) == nil {
		if n, ok := statuses[strings.TrimSpace(e.Error.Type)]; ok {
			return n
		}
	}
	return http.StatusInternalServerError
}

func (messages) remove(ctx context.Context, t *talk, remote string, _ *provider.NativeProgress) {
	_ = t.call(ctx, http.MethodDelete, batches+"/"+url.PathEscape(remote), "", nil, nil) // its own time, 29 days, ends it otherwise
}

// tidy has nothing to do: there are no files.
func (messages) tidy(context.Context, *talk, *provider.NativeBatch) {}
