package gateway

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/object"
)

// folder keeps one file at a connection, and hears of those that are uploaded.
type folder struct {
	at  id.Connection
	own []object.Object
}

func (s *folder) Own(o object.Object) { s.own = append(s.own, o) }

func (*folder) Forget(object.Object) {}

func (s *folder) Find(_ context.Context, o id.Org, k id.Key, kind object.Kind, upstream string) (object.Object, bool, error) {
	return object.Object{Org: o, Key: k, Kind: kind, Upstream: upstream, Connection: s.at}, upstream == "file-1", nil
}

func (*folder) List(context.Context, id.Org, id.Key, object.Kind) ([]object.Object, error) {
	return nil, nil
}

// A file whose connection is kept for failures leaves that one alone to be asked: it is well, and there is none that could fail first.
func TestAFileAtATargetThatIsKeptForFailures(t *testing.T) {
	t.Parallel()
	const body = `{"model":"smart","messages":[{"role":"user","content":[{"type":"file","file":{"file_id":"file-1"}}]}],"max_tokens":50}`
	for _, refuses := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			h := perform(t, calm{Tries: 1, RefuseWhenOpen: refuses}, script{"a": {healthy}, "b": {healthy}}, "a", "b")
			h.targets[1].After = "rate_limit"
			h.gateway.Objects = &folder{at: h.targets[1].Connection.ID}
			p, fact := h.say(body)
			if len(h.asked["a"]) > 0 || len(h.asked["b"]) != 1 || p.status != 200 || strings.Contains(fact.Decisions, "no target is healthy") {
				t.Errorf("%v: %d %s\n%s", refuses, p.status, p.body.String(), fact.Decisions)
			}
		})
	}
}

// TestOnlyFilesAreTakenForFiles: a client's own labels may be called like anything.
func TestOnlyFilesAreTakenForFiles(t *testing.T) {
	t.Parallel()
	for body, want := range map[string][]string{
		`{"input":[{"role":"user","content":[{"type":"input_file","file_id":"file-1"},{"type":"input_image","file_id":"file-2"}]}]}`:                {"file-1", "file-2"},
		`{"tools":[{"type":"code_interpreter","container":{"type":"auto","file_ids":["file-1"]}}],"metadata":{"file_id":"42"}}`:                     {"file-1"},
		`{"metadata":{"file_id":"42","file_ids":"7"},"input":[{"role":"user","content":[{"type":"input_file","file_data":"data:x;base64,AAAA"}]}]}`: nil,
		`{"input":[{"type":"message","metadata":{"file_id":"file-3"}}]}`:                                                                            {"file-3"},
		`{"input":[{"content":[{"annotations":[{"type":"file_citation","file_id":"file-9"}]}]}]}`:                                                   nil,
	} {
		if got := named([]byte(body)); !slices.Equal(got, want) {
			t.Errorf("%s names %q, want %q", body, got, want)
		}
	}
}
