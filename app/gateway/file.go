package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/openai"
	"github.com/bodhi-gateway/bodhi/app/object"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/route"
)

// Files lie at a provider, in the one account of the organization, and belong here to the key that uploaded them. The list of
// them is ours: the provider's own would show everybody's.

// planFile sends a call about files to the connection that has them, or answers it.
func (g *Gateway) planFile(ctx context.Context, x *Exchange) error {
	switch x.Call.Operation {
	case llm.ListFiles:
		return g.listFiles(ctx, x)
	case llm.UploadFile:
		return g.planUpload(x)
	}
	o, ok, err := g.ownFile(ctx, x)
	if err != nil {
		return err
	}
	if ok {
		if c, there := g.Routes.Connection(o.Org, o.Connection); there {
			x.kept = o
			x.Plan = route.Plan{Route: "file", Targets: []route.Target{{Connection: c, Why: "it keeps the file"}}}
			return nil
		}
	}
	return openai.UnknownFile(x.Call.Follows)
}

func (g *Gateway) ownFile(ctx context.Context, x *Exchange) (object.Object, bool, error) {
	if g.Objects == nil {
		return object.Object{}, false, nil
	}
	return g.Objects.Find(ctx, x.Grant.Chain.Org, x.Grant.Chain.Key, object.File, x.Call.Follows)
}

// planUpload finds where a file goes: to the provider of the model that the form names, else to the only one that the key's
// models lead to and that keeps files. The built-in sandbox counts only where nothing else does. Which of several is not guessed: a
// company's files must not end up at a provider that nobody chose.
func (g *Gateway) planUpload(x *Exchange) error {
	if g.Objects == nil {
		return fault.New(fault.NotFound, "unknown_operation", "Files are not kept here.")
	}
	x.Plan.Route = "file"
	if x.Call.Model != "" {
		p, err := g.Routes.Plan(x.Grant.Chain.Org, x.Call)
		if err != nil {
			return err
		}
		if p, err = permit(&x.bound, x.Call.Model, p, g.tiers(x.Grant.Chain.Org)); err != nil {
			return err
		}
		if p, err = g.demanded(x, p, nil); err != nil {
			return err
		}
		if p.Targets = g.able(p.Targets, llm.UploadFile); len(p.Targets) == 0 {
			f := fault.Newf(fault.Invalid, "unsupported_operation", "The provider of %q keeps no files. Name a model of OpenAI or of a server that speaks its API.", clip(x.Call.Model))
			f.Field = "model"
			return f
		}
		x.Plan.Targets = p.Targets[:1]
		return nil
	}
	all := g.keepers(x)
	if len(all) == 0 {
		return fault.New(fault.NotFound, "unsupported_operation", "No provider that this key's models lead to keeps files. Connect OpenAI or a server that speaks its API.")
	}
	if len(all) > 1 {
		names := make([]string, len(all))
		for i, c := range all {
			names[i] = c.Name
		}
		slices.Sort(names)
		f := fault.Newf(fault.Invalid, "invalid_request", "Several connections keep files: %s. Say which one by a form field \"model\" with a model's name, such as %s/….", strings.Join(names, ", "), names[0])
		f.Field = "model"
		return f
	}
	x.Plan.Targets = []route.Target{{Connection: all[0], Why: "it keeps files"}}
	return nil
}

// keepers are the connections that the key's models lead to and that keep files.
func (g *Gateway) keepers(x *Exchange) []*provider.Connection {
	var all, boxes []*provider.Connection
	for _, name := range g.offer(x) {
		p, err := g.Routes.Plan(x.Grant.Chain.Org, &llm.Call{Model: name})
		if err != nil {
			continue
		}
		for _, t := range g.able(p.Targets, llm.UploadFile) {
			if d := x.bound.Where(whereOf(t.Connection)); d.Any() || g.lacks(x, t.Only, &t) != "" {
				continue
			}
			list := &all
			if t.Connection.Kind == provider.Sandbox && t.Connection.BaseURL == "" {
				list = &boxes
			}
			if !slices.Contains(*list, t.Connection) {
				*list = append(*list, t.Connection)
			}
		}
	}
	if len(all) == 0 {
		return boxes
	}
	return all
}

// fileList is the answer to GET /v1/files: each file as its provider described it when it was uploaded.
type fileList struct {
	Object  string            `json:"object"`
	Data    []json.RawMessage `json:"data"`
	FirstID *string           `json:"first_id"`
	LastID  *string           `json:"last_id"`
	HasMore bool              `json:"has_more"`
}

// filed is a file in a list: at a provider, or a batch's.
type filed struct {
	id      string
	created time.Time
	detail  string // as whoever keeps it describes it, a JSON object
}

func (g *Gateway) listFiles(ctx context.Context, x *Exchange) error {
	q, _ := x.Call.Native.(openai.FileQuery)
	out := fileList{Object: "list", Data: []json.RawMessage{}}
	var all []filed
	if g.Objects != nil {
		kept, err := g.Objects.List(ctx, x.Grant.Chain.Org, x.Grant.Chain.Key, object.File)
		if err != nil {
			return err
		}
		for i := range kept {
			all = append(all, filed{kept[i].Upstream, kept[i].Created, kept[i].Detail})
		}
	}
	all, err := g.withOurs(ctx, x, q, all)
	if err != nil {
		return err
	}
	if q.Oldest {
		slices.Reverse(all)
	}
	if q.After != "" {
		i := slices.IndexFunc(all, func(f filed) bool { return f.id == q.After })
		if i < 0 {
			f := openai.UnknownFile(q.After)
			f.Field = "after"
			return f
		}
		all = all[i+1:]
	}
	for i := range all {
		if q.Purpose != "" && purpose(all[i].detail) != q.Purpose {
			continue
		}
		if out.HasMore = len(out.Data) == q.Limit; out.HasMore {
			break
		}
		if out.FirstID == nil {
			out.FirstID = &all[i].id
		}
		out.LastID = &all[i].id
		out.Data = append(out.Data, json.RawMessage(all[i].detail))
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(out); err != nil {
		return fmt.Errorf("gateway: list files: %w", err)
	}
	x.Answer = &Answer{Status: http.StatusOK, Body: bytes.TrimSpace(b.Bytes())}
	return nil
}

func purpose(detail string) string {
	var v struct{ Purpose string }
	_ = json.Unmarshal([]byte(detail), &v)
	return v.Purpose
}
