package scimweb

import (
	"net/http"
	"slices"
	"strings"

	lib "github.com/elimity-com/scim"
	scimfilter "github.com/elimity-com/scim/filter"
	"github.com/elimity-com/scim/schema"
	"github.com/scim2/filter-parser/v2"
)

// page filters resources, cuts out the part that was asked for, and leaves out attributes nobody wants.
func page(r *http.Request, all []lib.Resource, params lib.ListRequestParams, s schema.Schema, extensions ...schema.Schema) (lib.Page, error) {
	if params.FilterValidator != nil {
		pick := scimfilter.NewFilterValidator(valued(params.FilterValidator.GetFilter(), s), withCommon(s), extensions...)
		all = slices.DeleteFunc(all, func(x lib.Resource) bool { return pick.PassesFilter(flat(x)) != nil })
	}
	out := lib.Page{TotalResults: len(all), Resources: []lib.Resource{}}
	from := min(max(params.StartIndex, 1)-1, len(all))
	for _, x := range all[from:min(from+max(params.Count, 0), len(all))] {
		out.Resources = append(out.Resources, narrow(r, x))
	}
	return out, nil
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

// equals finds name eq "text" as the whole filter: the question that directories ask for every person, which an index
// answers.
func equals(v *scimfilter.Validator, name string) (string, bool) {
	if v == nil {
		return "", false
	}
	e, ok := v.GetFilter().(*filter.AttributeExpression)
	if !ok || e.Operator != filter.EQ || e.AttributePath.SubAttribute != nil || !strings.EqualFold(e.AttributePath.AttributeName, name) {
		return "", false
	}
	text, ok := e.CompareValue.(string)
	return text, ok && text != ""
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
