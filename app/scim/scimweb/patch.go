package scimweb

import (
	"maps"
	"reflect"
	"slices"
	"strings"

	lib "github.com/elimity-com/scim"
	scimerrors "github.com/elimity-com/scim/errors"
	scimfilter "github.com/elimity-com/scim/filter"
	"github.com/elimity-com/scim/schema"
	"github.com/scim2/filter-parser/v2"
)

// patcher applies RFC 7644's operations to a resource's attributes. The library has checked each against the schema;
// attribute names are written as the schema writes them.
type patcher struct {
	schema     schema.Schema
	extensions []schema.Schema
}

// apply changes attrs. An operation that finds nothing to remove changes nothing.
func (p patcher) apply(attrs map[string]any, operations []lib.PatchOperation) error {
	for _, op := range operations {
		if op.Path == nil {
			values, ok := op.Value.(map[string]any)
			if !ok {
				return scimerrors.ScimErrorInvalidSyntax
			}
			for _, name := range slices.Sorted(maps.Keys(values)) {
				if err := p.whole(attrs, op.Op, name, values[name]); err != nil {
					return err
				}
			}
			continue
		}
		if err := p.at(attrs, op.Op, *op.Path, op.Value); err != nil {
			return err
		}
	}
	return nil
}

// whole is one entry of an operation without a path: an attribute, a dotted path, or an extension's attributes.
func (p patcher) whole(attrs map[string]any, op, name string, value any) error {
	for _, e := range p.extensions {
		if name == e.ID {
			inner, _ := attrs[name].(map[string]any)
			if inner == nil {
				inner = map[string]any{}
			}
			more, _ := value.(map[string]any)
			for k, v := range more {
				set(inner, op, canonical(e.Attributes, k), v)
			}
			attrs[name] = inner
			return nil
		}
	}
	path, err := filter.ParsePath([]byte(name))
	if err != nil {
		return scimerrors.ScimErrorInvalidPath
	}
	return p.at(attrs, op, path, value)
}

func (p patcher) at(attrs map[string]any, op string, path filter.Path, value any) error {
	attributes := p.schema.Attributes
	if uri := path.AttributePath.URI(); uri != "" && uri != p.schema.ID {
		at := slices.IndexFunc(p.extensions, func(s schema.Schema) bool { return s.ID == uri })
		if at < 0 {
			return scimerrors.ScimErrorInvalidPath
		}
		inner, _ := attrs[uri].(map[string]any)
		if inner == nil {
			inner = map[string]any{}
		}
		attrs[uri], attrs, attributes = inner, inner, p.extensions[at].Attributes
	}
	name := canonical(attributes, path.AttributePath.AttributeName)
	attribute, known := attributes.ContainsAttribute(name)
	sub := path.AttributePath.SubAttributeName()
	if sub == "" {
		sub = path.SubAttributeName()
	}
	if known {
		sub = canonical(attribute.SubAttributes(), sub)
	}
	switch {
	case path.ValueExpression != nil:
		return p.some(attrs, op, name, sub, attribute, path.ValueExpression, value)
	case sub != "":
		inner, _ := attrs[name].(map[string]any)
		if inner == nil {
			inner = map[string]any{}
		}
		set(inner, op, sub, value)
		attrs[name] = inner
	case op == lib.PatchOperationRemove && value != nil && known && attribute.MultiValued():
		attrs[name] = remove(list(attrs[name]), list(value)) // Entra ID names what goes by its value
	default:
		set(attrs, op, name, value)
	}
	return nil
}

// some changes those values of a multi-valued attribute that a filter picks: emails[type eq "work"].value.
func (p patcher) some(attrs map[string]any, op, name, sub string, attribute schema.CoreAttribute, e filter.Expression, value any) error {
	pick := scimfilter.NewFilterValidator(e, schema.Schema{ID: p.schema.ID, Attributes: attribute.SubAttributes()})
	all := list(attrs[name])
	var out []any
	found := false
	for _, v := range all {
		m, ok := v.(map[string]any)
		if !ok || pick.PassesFilter(m) != nil {
			out = append(out, v)
			continue
		}
		found = true
		switch {
		case op == lib.PatchOperationRemove && sub == "":
			continue
		case sub != "":
			m = maps.Clone(m)
			set(m, op, sub, value)
			out = append(out, m)
		default:
			more, _ := value.(map[string]any)
			m = maps.Clone(m)
			maps.Copy(m, more)
			out = append(out, m)
		}
	}
	if !found && op != lib.PatchOperationRemove {
		fresh := map[string]any{}
		if eq, ok := e.(*filter.AttributeExpression); ok && eq.Operator == filter.EQ { // what was looked for comes to be
			fresh[canonical(attribute.SubAttributes(), eq.AttributePath.AttributeName)] = eq.CompareValue
		}
		if sub != "" {
			fresh[sub] = value
		} else if more, ok := value.(map[string]any); ok {
			maps.Copy(fresh, more)
		}
		out = append(out, fresh)
	}
	attrs[name] = out
	return nil
}

// set is one attribute: add merges into lists and objects, replace puts in its place, remove takes away.
func set(attrs map[string]any, op, name string, value any) {
	switch have := attrs[name].(type) {
	case []any:
		if op == lib.PatchOperationAdd {
			attrs[name] = append(remove(have, list(value)), list(value)...)
			return
		}
	case map[string]any:
		if more, ok := value.(map[string]any); ok && op != lib.PatchOperationRemove {
			have = maps.Clone(have)
			maps.Copy(have, more)
			attrs[name] = have
			return
		}
	}
	if op == lib.PatchOperationRemove {
		delete(attrs, name)
		return
	}
	attrs[name] = value
}

// list is a value as a list.
func list(v any) []any {
	switch v := v.(type) {
	case nil:
		return nil
	case []any:
		return slices.Clone(v)
	}
	return []any{v}
}

// remove leaves out values that are the same, or have the same "value".
func remove(all, gone []any) []any {
	return slices.DeleteFunc(slices.Clone(all), func(v any) bool {
		return slices.ContainsFunc(gone, func(g any) bool {
			a, okA := v.(map[string]any)
			b, okB := g.(map[string]any)
			if okA && okB && a["value"] != nil && b["value"] != nil {
				return a["value"] == b["value"]
			}
			return reflect.DeepEqual(v, g)
		})
	})
}

// canonical is a name as the schema writes it.
func canonical(attributes schema.Attributes, name string) string {
	for _, a := range attributes {
		if strings.EqualFold(a.Name(), name) {
			return a.Name()
		}
	}
	return name
}
