package route

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/parser"
)

// Rows are a condition as a form shows it: comparisons that all hold, or of which any does. No rows are every request.
type Rows struct {
	Any  bool
	Rows []Row
}

// Row is one comparison. Value is text as it is typed: lists have commas, pairs are name=value, times of day are 09:00-17:00.
type Row struct{ Fact, Op, Value string }

// Op is what a row can do with a fact.
type Op struct {
	Name  string // in forms and URLs
	Label string
}

// Ops are all there are, in the order of forms.
var Ops = []Op{
	{"is", "is"}, {"not", "is not"}, {"in", "is one of"}, {"out", "is none of"},
	{"ge", "is at least"}, {"gt", "is more than"}, {"le", "is at most"}, {"lt", "is less than"},
	{"contains", "contains"}, {"starts", "starts with"}, {"ends", "ends with"}, {"matches", "matches (RE2)"},
	{"between", "is between (time)"}, {"outside", "is outside of (time)"},
}

// written are the operators of the language that rows have names for.
var written = map[string]string{"is": "==", "not": "!=", "ge": ">=", "gt": ">", "le": "<=", "lt": "<", "contains": "contains", "starts": "startsWith", "ends": "endsWith", "matches": "matches"}

// Condition writes the rows in the language.
func (r Rows) Condition() string {
	var out []string
	for _, row := range r.Rows {
		if row.Fact != "" {
			out = append(out, row.condition())
		}
	}
	if len(out) == 0 {
		return "true"
	}
	if r.Any {
		return strings.Join(out, " or ")
	}
	return strings.Join(out, " and ")
}

var plainName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

func (r Row) condition() string {
	word, _ := WordOf(r.Fact)
	name, value := r.Fact, strings.TrimSpace(r.Value)
	if word.Kind == Pairs {
		key, rest, _ := strings.Cut(value, "=")
		key, value = strings.TrimSpace(key), strings.TrimSpace(rest)
		if name += "." + key; !plainName.MatchString(key) {
			name = r.Fact + "[" + strconv.Quote(key) + "]"
		}
	}
	switch r.Op {
	case "in", "out":
		var all []string
		for v := range strings.SplitSeq(value, ",") {
			if v = strings.TrimSpace(v); v != "" {
				all = append(all, literal(word.Kind, v))
			}
		}
		list := name + " in [" + strings.Join(all, ", ") + "]"
		if r.Op == "out" {
			return "not (" + list + ")"
		}
		return list
	case "between", "outside":
		from, to, _ := strings.Cut(value, "-")
		call := "between(" + name + ", " + strconv.Quote(strings.TrimSpace(from)) + ", " + strconv.Quote(strings.TrimSpace(to)) + ")"
		if r.Op == "outside" {
			return "not " + call
		}
		return call
	}
	if word.Kind == YesNo && (r.Op == "is" || r.Op == "not") {
		if (r.Op == "is") == (value != "no") {
			return name
		}
		return "not " + name
	}
	return name + " " + written[r.Op] + " " + literal(word.Kind, value)
}

// literal writes a value; one that is no number stays a text, and the compiler says so.
func literal(k WordKind, v string) string {
	if _, err := strconv.Atoi(v); err == nil && k == Number {
		return v
	}
	return strconv.Quote(v)
}

// RowsOf takes a condition apart into rows. ok is false where rows cannot say it: and and or mixed, or anything but
// comparisons of a fact with values.
func RowsOf(source string) (r Rows, ok bool) {
	tree, err := parser.Parse(strings.TrimSpace(source))
	if err != nil {
		return Rows{}, false
	}
	if b, isBool := tree.Node.(*ast.BoolNode); isBool && b.Value {
		return Rows{}, true
	}
	top := ""
	if b, isBinary := tree.Node.(*ast.BinaryNode); isBinary {
		top = junction(b.Operator)
	}
	r.Any = top == "or"
	if !gather(tree.Node, top, &r.Rows) {
		return Rows{}, false
	}
	return r, true
}

func gather(n ast.Node, operator string, out *[]Row) bool {
	if b, ok := n.(*ast.BinaryNode); ok && operator != "" && junction(b.Operator) == operator {
		return gather(b.Left, operator, out) && gather(b.Right, operator, out)
	}
	row, ok := rowOf(n)
	*out = append(*out, row)
	return ok
}

func rowOf(n ast.Node) (Row, bool) {
	switch v := n.(type) {
	case *ast.IdentifierNode:
		w, ok := WordOf(v.Value)
		return Row{v.Value, "is", "yes"}, ok && w.Kind == YesNo
	case *ast.UnaryNode:
		row, ok := rowOf(v.Node)
		if v.Operator != "not" && v.Operator != "!" {
			return row, false
		}
		switch {
		case row.Op == "in":
			row.Op = "out"
		case row.Op == "between":
			row.Op = "outside"
		case row.Op == "is" && row.Value == "yes":
			row.Value = "no"
		default:
			return row, false
		}
		return row, ok
	case *ast.CallNode:
		f, isName := v.Callee.(*ast.IdentifierNode)
		if !isName || f.Value != "between" || len(v.Arguments) != 3 {
			return Row{}, false
		}
		name, named := v.Arguments[0].(*ast.IdentifierNode)
		from, begins := v.Arguments[1].(*ast.StringNode)
		to, ends := v.Arguments[2].(*ast.StringNode)
		if !named || !begins || !ends {
			return Row{}, false
		}
		return Row{name.Value, "between", from.Value + "-" + to.Value}, true
	case *ast.BinaryNode:
		return comparison(v)
	}
	return Row{}, false
}

func comparison(b *ast.BinaryNode) (Row, bool) {
	fact, prefix, ok := factOf(b.Left)
	if !ok {
		return Row{}, false
	}
	if b.Operator == "in" {
		list, isList := b.Right.(*ast.ArrayNode)
		if !isList {
			return Row{}, false
		}
		var all []string
		for _, n := range list.Nodes {
			v, ok := constant(n)
			if !ok || v == "" || strings.TrimSpace(v) != v || strings.Contains(v, ",") { // which a list as it is typed has no way to say
				return Row{}, false
			}
			all = append(all, v)
		}
		return Row{fact, "in", prefix + strings.Join(all, ", ")}, true
	}
	v, isConstant := constant(b.Right)
	for name, operator := range written {
		if operator == b.Operator && isConstant {
			return Row{fact, name, prefix + v}, strings.TrimSpace(v) == v
		}
	}
	return Row{}, false
}

// factOf reads a fact, or a member of pairs, whose name then stands before the value.
func factOf(n ast.Node) (fact, prefix string, ok bool) {
	switch v := n.(type) {
	case *ast.IdentifierNode:
		w, known := WordOf(v.Value)
		return v.Value, "", known && w.Kind != Pairs && w.Kind != YesNo
	case *ast.MemberNode:
		of, isName := v.Node.(*ast.IdentifierNode)
		key, isText := v.Property.(*ast.StringNode)
		if isName && isText && !strings.ContainsAny(key.Value, "=,") && strings.TrimSpace(key.Value) == key.Value {
			w, known := WordOf(of.Value)
			return of.Value, key.Value + "=", known && w.Kind == Pairs
		}
	}
	return "", "", false
}

func constant(n ast.Node) (string, bool) {
	switch v := n.(type) {
	case *ast.StringNode:
		return v.Value, true
	case *ast.IntegerNode:
		return strconv.Itoa(v.Value), true
	case *ast.UnaryNode:
		if inner, ok := constant(v.Node); ok && v.Operator == "-" {
			return "-" + inner, true
		}
	}
	return "", false
}
