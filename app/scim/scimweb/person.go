package scimweb

import (
	"encoding/json"
	"strings"

	lib "github.com/elimity-com/scim"
	"github.com/elimity-com/scim/optional"

	"github.com/bodhi-gateway/bodhi/app/scim"
)

// person reads what the room needs out of a user's attributes. A password is dropped: we keep none of a directory's.
func person(attrs map[string]any, active bool) (scim.Person, error) {
	p := scim.Person{Active: active}
	p.UserName, _ = attrs["userName"].(string)
	p.ExternalID, _ = attrs["externalId"].(string)
	if v, ok := attrs["active"].(bool); ok {
		p.Active = v
	}
	if p.Email = primary(list(attrs["emails"])); p.Email == "" {
		p.Email = p.UserName
	}
	p.Name, _ = attrs["displayName"].(string)
	if name, ok := attrs["name"].(map[string]any); ok && strings.TrimSpace(p.Name) == "" {
		formatted, _ := name["formatted"].(string)
		given, _ := name["givenName"].(string)
		family, _ := name["familyName"].(string)
		if p.Name = strings.TrimSpace(given + " " + family); p.Name == "" {
			p.Name = formatted
		}
	}
	kept := map[string]any{}
	for k, v := range attrs {
		switch k {
		case "password", "groups", "externalId", "active", "id", "meta", "schemas", "userName":
		default:
			if v != nil {
				kept[k] = v
			}
		}
	}
	var err error
	p.Attributes, err = json.Marshal(kept)
	return p, err
}

// primary is the address that counts: the primary one, or the one at work, or the first.
func primary(emails []any) string {
	first, work := "", ""
	for _, e := range emails {
		m, _ := e.(map[string]any)
		v, _ := m["value"].(string)
		if v == "" {
			continue
		}
		if yes, _ := m["primary"].(bool); yes {
			return v
		}
		if t, _ := m["type"].(string); work == "" && strings.EqualFold(t, "work") {
			work = v
		}
		if first == "" {
			first = v
		}
	}
	if work != "" {
		return work
	}
	return first
}

// said is what the directory said of a user, and nothing else.
func said(u scim.User) map[string]any {
	attrs := map[string]any{}
	if len(u.Attributes) > 0 {
		_ = json.Unmarshal(u.Attributes, &attrs) // written by person
	}
	attrs["userName"] = u.UserName
	return attrs
}

// userResource is a user as the protocol has them: what the directory said, with what is true here.
func userResource(u scim.User, in []scim.Group) lib.Resource {
	attrs := lib.ResourceAttributes(said(u))
	attrs["active"] = u.Active()
	if attrs["emails"] == nil {
		attrs["emails"] = []any{map[string]any{"value": u.Email, "type": "work", "primary": true}}
	}
	if attrs["displayName"] == nil {
		attrs["displayName"] = u.Name
	}
	if len(in) > 0 {
		var all []any
		for _, g := range in {
			all = append(all, map[string]any{"value": g.ID.String(), "display": g.DisplayName, "type": "direct"})
		}
		attrs["groups"] = all
	}
	created, updated := u.CreatedAt.UTC(), u.UpdatedAt.UTC()
	out := lib.Resource{ID: u.ID.String(), Attributes: attrs, Meta: lib.Meta{Created: &created, LastModified: &updated, Version: etag(u.Version)}}
	if u.ExternalID != "" {
		out.ExternalID = optional.NewString(u.ExternalID)
	}
	return out
}
