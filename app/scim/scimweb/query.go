package scimweb

import (
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode"

	lib "github.com/elimity-com/scim"
	scimfilter "github.com/elimity-com/scim/filter"
	"github.com/elimity-com/scim/schema"
	"github.com/scim2/filter-parser/v2"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/scim"
)

// reader reads so many resources after so many, and says how many there are in all.
type reader func(skip, limit int) (part []lib.Resource, total int, err error)

// batch is how many resources are in memory at once while a filter that the database does not know goes through them.
const batch = 500

// paged cuts out the part of a list that was asked for, and leaves out attributes nobody wants. exact says that read
// filters as it was asked; else the filter goes over everything, a batch at a time.
func paged(r *http.Request, params lib.ListRequestParams, exact bool, read reader, s schema.Schema, extensions ...schema.Schema) (lib.Page, error) {
	skip, limit := max(params.StartIndex, 1)-1, max(params.Count, 0)
	out := lib.Page{Resources: []lib.Resource{}}
	if exact {
		part, total, err := read(skip, limit)
		for _, x := range part {
			out.Resources = append(out.Resources, narrow(r, x))
		}
		out.TotalResults = total
		return out, err
	}
	pick := scimfilter.NewFilterValidator(valued(params.FilterValidator.GetFilter(), s), withCommon(s), extensions...)
	for at := 0; ; at += batch {
		part, total, err := read(at, batch)
		if err != nil {
			return out, err
		}
		for _, x := range part {
			if pick.PassesFilter(flat(x)) != nil {
				continue
			}
			if out.TotalResults >= skip && len(out.Resources) < limit {
				out.Resources = append(out.Resources, narrow(r, x))
			}
			out.TotalResults++
		}
		if at+batch >= total {
			return out, nil
		}
	}
}

// withCommon adds id, externalId and meta, which filters may name.
func withCommon(s schema.Schema) schema.Schema {
	s.Attributes = append(slices.Clone(s.Attributes), schema.CommonAttributes()...)
	return s
}

// flat is a resource as filters see it.
func flat(x lib.Resource) map[string]any {
	out := make(map[string]any, len(x.Attributes)+2)
	for k, v := range x.Attributes {
		out[k] = v
		if extension, ok := v.(map[string]any); ok && strings.HasPrefix(k, "urn:") {
			for name, inner := range extension {
				out[k+":"+name] = inner
			}
		}
	}
	out["id"] = x.ID
	meta := map[string]any{}
	for name, at := range map[string]*time.Time{"created": x.Meta.Created, "lastModified": x.Meta.LastModified} {
		if at != nil {
			meta[name] = at.Format(time.RFC3339Nano)
		}
	}
	out["meta"] = meta
	if x.ExternalID.Present() {
		out["externalId"] = x.ExternalID.Value()
	}
	return out
}

// valued rewrites emails.value eq "x" as emails[value eq "x"]: a part of a list is asked of each of its values.
func valued(e filter.Expression, s schema.Schema) filter.Expression {
	switch e := e.(type) {
	case *filter.LogicalExpression:
		return &filter.LogicalExpression{Left: valued(e.Left, s), Right: valued(e.Right, s), Operator: e.Operator}
	case *filter.NotExpression:
		return &filter.NotExpression{Expression: valued(e.Expression, s)}
	case *filter.AttributeExpression:
		sub := e.AttributePath.SubAttributeName()
		a, ok := s.Attributes.ContainsAttribute(e.AttributePath.AttributeName)
		if !ok || !a.MultiValued() || !a.HasSubAttributes() {
			return e
		}
		if sub == "" {
			sub = "value"
		}
		return &filter.ValuePath{AttributePath: filter.AttributePath{URIPrefix: e.AttributePath.URIPrefix, AttributeName: a.Name()},
			ValueFilter: &filter.AttributeExpression{AttributePath: filter.AttributePath{AttributeName: sub}, Operator: e.Operator, CompareValue: e.CompareValue}}
	}
	return e
}

// narrowed puts a filter into a query of the database, if it is one that the database knows: user name, external id and
// active, joined by and. Directories ask for a user name before they write about anybody.
func narrowed(v *scimfilter.Validator) (scim.UserQuery, bool) {
	var q scim.UserQuery
	if v == nil {
		return q, true
	}
	if ok := narrowBy(v.GetFilter(), &q); !ok {
		return scim.UserQuery{}, false
	}
	return q, true
}

func narrowBy(e filter.Expression, q *scim.UserQuery) bool {
	switch e := e.(type) {
	case *filter.LogicalExpression:
		return e.Operator == filter.AND && narrowBy(e.Left, q) && narrowBy(e.Right, q)
	case *filter.AttributeExpression:
		if e.AttributePath.SubAttribute != nil {
			return false
		}
		text, _ := e.CompareValue.(string)
		switch name := strings.ToLower(e.AttributePath.AttributeName); {
		case name == "active" && e.Operator == filter.EQ && q.Active == nil:
			yes, ok := e.CompareValue.(bool)
			q.Active = &yes
			return ok
		case text == "":
			return false
		case name == "externalid" && e.Operator == filter.EQ:
			return once(&q.External, text)
		case name == "username" && e.Operator == filter.EQ:
			return once(&q.Name, text)
		case name == "username" && e.Operator == filter.SW:
			return once(&q.NameFrom, text)
		case name == "username" && e.Operator == filter.CO:
			return once(&q.NameHas, text)
		}
	}
	return false
}

// narrowedGroups is narrowed for groups: display name, external id and one member, joined by and. Directories ask for a name
// before they write a group, and for somebody's groups.
func narrowedGroups(v *scimfilter.Validator) (scim.GroupQuery, bool) {
	var q scim.GroupQuery
	if v == nil {
		return q, true
	}
	if !narrowGroups(v.GetFilter(), &q) {
		return scim.GroupQuery{}, false
	}
	return q, true
}

func narrowGroups(e filter.Expression, q *scim.GroupQuery) bool {
	switch e := e.(type) {
	case *filter.LogicalExpression:
		return e.Operator == filter.AND && narrowGroups(e.Left, q) && narrowGroups(e.Right, q)
	case *filter.ValuePath: // members[value eq "…"]
		inner, ok := e.ValueFilter.(*filter.AttributeExpression)
		return ok && strings.EqualFold(e.AttributePath.AttributeName, "members") && strings.EqualFold(inner.AttributePath.AttributeName, "value") && ofMember(inner, q)
	case *filter.AttributeExpression:
		text, _ := e.CompareValue.(string)
		switch name := strings.ToLower(e.AttributePath.AttributeName); {
		case name == "members" && strings.EqualFold(e.AttributePath.SubAttributeName(), "value"):
			return ofMember(e, q)
		case text == "" || e.AttributePath.SubAttribute != nil || e.Operator != filter.EQ:
			return false
		case name == "externalid":
			return once(&q.External, text)
		case name == "displayname" && strings.IndexFunc(text, func(r rune) bool { return r > unicode.MaxASCII }) < 0: // databases fold other letters as they like
			return once(&q.Name, text)
		}
	}
	return false
}

func ofMember(e *filter.AttributeExpression, q *scim.GroupQuery) bool {
	text, _ := e.CompareValue.(string)
	m, err := id.ParseMember(text)
	if err != nil || e.Operator != filter.EQ || !q.Member.IsZero() {
		return false
	}
	q.Member = m
	return true
}

// once sets a field of a query that nothing set yet.
func once(field *string, text string) bool {
	if *field != "" {
		return false
	}
	*field = text
	return true
}

// narrow leaves out what attributes and excludedAttributes say nobody wants; id and schemas stay. Entra ID asks for
// groups without their members.
func narrow(r *http.Request, x lib.Resource) lib.Resource {
	q := r.URL.Query()
	wanted, unwanted := names(q.Get("attributes")), names(q.Get("excludedAttributes"))
	if len(wanted)+len(unwanted) == 0 {
		return x
	}
	out := lib.ResourceAttributes{}
	for k, v := range x.Attributes {
		name := strings.ToLower(k)
		if len(wanted) > 0 && !wanted[name] || unwanted[name] {
			continue
		}
		out[k] = v
	}
	x.Attributes = out
	return x
}

// names are top-level attributes of a comma-separated list, in lower case.
func names(text string) map[string]bool {
	out := map[string]bool{}
	for part := range strings.SplitSeq(text, ",") {
		name := strings.ToLower(strings.TrimSpace(part))
		if at := strings.LastIndexByte(name, ':'); at >= 0 && !strings.HasSuffix(name, ":user") {
			name = name[at+1:]
		}
		if name, _, _ = strings.Cut(name, "."); name != "" {
			out[name] = true
		}
	}
	return out
}
