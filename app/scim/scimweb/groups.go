package scimweb

import (
	"net/http"

	lib "github.com/elimity-com/scim"
	"github.com/elimity-com/scim/optional"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/scim"
)

// groups is the library's handler of groups, for one request's actor.
type groups struct {
	h     *Handlers
	actor org.Actor
}

var (
	_ lib.ResourceHandler  = groups{}
	_ lib.ResourceSearcher = groups{}
)

// Create implements lib.ResourceHandler.
func (g groups) Create(r *http.Request, attrs lib.ResourceAttributes) (lib.Resource, error) {
	in, err := crowd(attrs)
	if err != nil {
		return lib.Resource{}, g.h.refusal(r, err)
	}
	made, err := g.h.directory.CreateGroup(r.Context(), g.actor, in)
	if err != nil {
		return lib.Resource{}, g.h.refusal(r, err)
	}
	return narrow(r, groupResource(made)), nil
}

// Get implements lib.ResourceHandler.
func (g groups) Get(r *http.Request, text string) (lib.Resource, error) {
	have, err := g.read(r, text)
	if err != nil {
		return lib.Resource{}, err
	}
	return narrow(r, groupResource(have)), nil
}

func (g groups) read(r *http.Request, text string) (scim.Group, error) {
	which, err := id.ParseGroup(text)
	if err != nil {
		return scim.Group{}, g.h.refusal(r, scim.MissingGroup())
	}
	have, err := g.h.directory.Group(r.Context(), g.actor, which)
	if err != nil {
		return scim.Group{}, g.h.refusal(r, err)
	}
	return have, nil
}

// GetAll implements lib.ResourceHandler.
func (g groups) GetAll(r *http.Request, params lib.ListRequestParams) (lib.Page, error) {
	q, exact := narrowedGroups(params.FilterValidator)
	q.Members = !exact || !names(r.URL.Query().Get("excludedAttributes"))["members"]
	return paged(r, params, exact, func(skip, limit int) ([]lib.Resource, int, error) {
		q.Skip, q.Limit = skip, limit
		all, total, err := g.h.directory.Groups(r.Context(), g.actor, q)
		out := make([]lib.Resource, len(all))
		for n, x := range all {
			out[n] = groupResource(x)
		}
		return out, total, g.h.unless(r, err)
	}, g.h.groupSchema)
}

// Search implements lib.ResourceSearcher.
func (g groups) Search(r *http.Request, p lib.SearchParams) (lib.Page, error) {
	params, err := search(r, p, g.h.groupSchema)
	if err != nil {
		return lib.Page{}, err
	}
	return g.GetAll(r, params)
}

// Replace implements lib.ResourceHandler.
func (g groups) Replace(r *http.Request, text string, attrs lib.ResourceAttributes) (lib.Resource, error) {
	which, err := id.ParseGroup(text)
	if err != nil {
		return lib.Resource{}, g.h.refusal(r, scim.MissingGroup())
	}
	in, err := crowd(attrs)
	if err != nil {
		return lib.Resource{}, g.h.refusal(r, err)
	}
	now, err := g.h.directory.ReplaceGroup(r.Context(), g.actor, which, version(r), in)
	if err != nil {
		return lib.Resource{}, g.h.refusal(r, err)
	}
	return narrow(r, groupResource(now)), nil
}

// Patch implements lib.ResourceHandler.
func (g groups) Patch(r *http.Request, text string, operations []lib.PatchOperation) (lib.Resource, error) {
	which, err := id.ParseGroup(text)
	if err != nil {
		return lib.Resource{}, g.h.refusal(r, scim.MissingGroup())
	}
	now, err := g.h.directory.ChangeGroup(r.Context(), g.actor, which, version(r), func(before scim.Group) (scim.Crowd, error) {
		attrs := map[string]any(groupResource(before).Attributes)
		if before.ExternalID != "" {
			attrs["externalId"] = before.ExternalID
		}
		if err := (patcher{schema: g.h.groupSchema}).apply(attrs, operations); err != nil {
			return scim.Crowd{}, err
		}
		return crowd(attrs)
	})
	if err != nil {
		return lib.Resource{}, g.h.refusal(r, err)
	}
	return narrow(r, groupResource(now)), nil
}

// Delete implements lib.ResourceHandler.
func (g groups) Delete(r *http.Request, text string) error {
	which, err := id.ParseGroup(text)
	if err != nil {
		return g.h.refusal(r, scim.MissingGroup())
	}
	if err := g.h.directory.DeleteGroup(r.Context(), g.actor, which, version(r)); err != nil {
		return g.h.refusal(r, err)
	}
	return nil
}

// crowd reads a group's attributes. A group without members has none.
func crowd(attrs map[string]any) (scim.Crowd, error) {
	in := scim.Crowd{Members: []id.Member{}}
	in.DisplayName, _ = attrs["displayName"].(string)
	in.ExternalID, _ = attrs["externalId"].(string)
	for _, m := range list(attrs["members"]) {
		v, _ := m.(map[string]any)
		text, _ := v["value"].(string)
		u, err := id.ParseMember(text)
		if err != nil {
			return in, fault.Field("members", "There is no user "+text+". Create users before groups name them.")
		}
		in.Members = append(in.Members, u)
	}
	return in, nil
}

func groupResource(g scim.Group) lib.Resource {
	attrs := lib.ResourceAttributes{"displayName": g.DisplayName}
	members := make([]any, len(g.Members))
	for n, u := range g.Members {
		members[n] = map[string]any{"value": u.String(), "type": "User"}
	}
	attrs["members"] = members
	created, updated := g.CreatedAt.UTC(), g.UpdatedAt.UTC()
	out := lib.Resource{ID: g.ID.String(), Attributes: attrs, Meta: lib.Meta{Created: &created, LastModified: &updated, Version: etag(g.Version)}}
	if g.ExternalID != "" {
		out.ExternalID = optional.NewString(g.ExternalID)
	}
	return out
}
