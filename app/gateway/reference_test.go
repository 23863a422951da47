package gateway

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/object"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/route"
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

// What a route demands holds for files: their bytes are data like any other.
func TestAnUploadKeepsWhatTheRouteDemands(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ regions, model, want string }{
		"the first that fulfils it":         {"eu", "smart", "b"},
		"none does":                         {"ch", "smart", ""},
		"no demand":                         {"", "smart", "a"},
		"no model, and one that fulfils it": {"eu", "", "b"},
		"no model, and none that does":      {"ch", "", ""},
		"no model, and no demand":           {"", "", ""}, // which of the two is not guessed
	} {
		h := build(t, nil)
		for _, at := range []struct{ name, residency string }{{"a", "us"}, {"b", "eu-west-1"}} {
			h.provide(at.name, says(`{"id":"file-2","object":"file","purpose":"user_data"}`))
			target := &h.targets[len(h.targets)-1]
			if target.Connection.Residency = at.residency; c.regions != "" {
				target.Only = &route.Only{Regions: []string{c.regions}}
			}
			target.Connection.Kind = provider.OpenAI
		}
		kept := &folder{}
		h.gateway.Objects = kept
		pairs := []string{"purpose", "user_data", "file", "@contract"}
		if c.model != "" {
			pairs = append(pairs, "model", c.model)
		}
		body, kind := form(pairs...)
		resp, text := h.send(t, "POST", "/v1/files", body, kind)
		got := ""
		if len(kept.own) == 1 {
			got, _, _ = strings.Cut(resp.Header.Get("X-Bodhi-Provider"), "/")
		}
		if got != c.want || (resp.StatusCode == 200) != (c.want != "") {
			t.Errorf("%s: kept by %q, want %q: %d %s", name, got, c.want, resp.StatusCode, text)
		}
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
