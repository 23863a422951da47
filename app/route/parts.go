package route

import (
	"fmt"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/vm"
)

// Part is one comparison of a condition with what it came to.
type Part struct {
	Text  string `json:"text"`  // as it is written: hour >= 18
	Value string `json:"value"` // what the facts in it are: hour is 14
	Holds bool   `json:"holds"`
	// Unknown says that nothing is known of a fact in it, so that it neither holds nor fails.
	Unknown bool `json:"unknown,omitempty"`
}

// verdict is yes, no, or not to be told.
type verdict int

const (
	no verdict = iota
	yes
	unknown
)

// parts is a condition taken apart at its ands, ors and nots, so that each comparison can be shown, and judged although some
// facts are missing.
type parts struct {
	operator string // "and", "or", "not"; "" for a comparison
	kids     []*parts
	text     string
	program  *vm.Program
	values   []value // facts in the comparison
	names    words
}

// value is one fact in a comparison: hour, tags.project.
type value struct {
	text    string
	program *vm.Program
}

// takeApart makes the parts of a condition that compiled before.
func takeApart(source string) (*parts, error) {
	tree, err := parser.Parse(source)
	if err != nil {
		return nil, err
	}
	return divide(tree.Node)
}

func divide(n ast.Node) (*parts, error) {
	switch v := n.(type) {
	case *ast.BinaryNode:
		if op := junction(v.Operator); op != "" {
			return join(op, v.Left, v.Right)
		}
	case *ast.UnaryNode:
		if v.Operator == "!" || v.Operator == "not" {
			return join("not", v.Node)
		}
	}
	p := &parts{text: n.String()}
	var err error
	if p.program, err = expr.Compile(p.text, options()...); err != nil {
		return nil, err
	}
	look := gatherer{}
	ast.Walk(&n, &look)
	p.names = look.names
	for _, text := range look.texts {
		program, err := expr.Compile(text, expr.Env(&Facts{}), expr.MaxNodes(maxNodes))
		if err != nil {
			return nil, err
		}
		p.values = append(p.values, value{text, program})
	}
	return p, nil
}

func junction(operator string) string {
	switch operator {
	case "and", "&&":
		return "and"
	case "or", "||":
		return "or"
	}
	return ""
}

func join(operator string, nodes ...ast.Node) (*parts, error) {
	p := &parts{operator: operator}
	for _, n := range nodes {
		kid, err := divide(n)
		if err != nil {
			return nil, err
		}
		p.kids, p.names = append(p.kids, kid), p.names|kid.names
	}
	return p, nil
}

// gatherer finds the facts in a comparison: names, and members of pairs.
type gatherer struct {
	texts []string
	names words
}

// Visit implements ast.Visitor. Children come before their parents, so a member replaces the name it begins with.
func (g *gatherer) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.IdentifierNode:
		if _, ok := WordOf(n.Value); ok {
			g.names.add(n.Value)
			g.add(n.Value)
		}
	case *ast.MemberNode:
		if of, ok := n.Node.(*ast.IdentifierNode); ok && len(g.texts) > 0 && g.texts[len(g.texts)-1] == of.Value {
			g.texts[len(g.texts)-1] = n.String()
		}
	}
}

func (g *gatherer) add(text string) {
	for _, t := range g.texts {
		if t == text {
			return
		}
	}
	g.texts = append(g.texts, text)
}

// judge asks the parts of facts of which some may be missing. Whatever is decided without the missing ones is decided. out, if
// not nil, collects every comparison.
func (p *parts) judge(f *Facts, missing words, out *[]Part) verdict {
	switch p.operator {
	case "not":
		switch p.kids[0].judge(f, missing, out) {
		case yes:
			return no
		case no:
			return yes
		}
		return unknown
	case "and", "or":
		decides, other := no, yes
		if p.operator == "or" {
			decides, other = yes, no
		}
		a, b := p.kids[0].judge(f, missing, out), p.kids[1].judge(f, missing, out)
		switch {
		case a == decides || b == decides:
			return decides
		case a == unknown || b == unknown:
			return unknown
		}
		return other
	}
	v := p.ask(f, missing)
	if out != nil {
		*out = append(*out, Part{Text: p.text, Value: p.valued(f, missing), Holds: v == yes, Unknown: v == unknown})
	}
	return v
}

func (p *parts) ask(f *Facts, missing words) verdict {
	if p.names&missing != 0 {
		return unknown
	}
	if v, err := run(p.program, f); err == nil && v == true {
		return yes
	}
	return no
}

// valued writes what the facts of a comparison are: hour is 14, tags.project is "apollo".
func (p *parts) valued(f *Facts, missing words) string {
	var out []string
	for _, v := range p.values {
		got, err := run(v.program, f)
		switch s := got.(type) {
		case string:
			out = append(out, fmt.Sprintf("%s is %q", v.text, clip(s)))
		case bool:
			out = append(out, v.text+" is "+map[bool]string{true: "yes", false: "no"}[s])
		case map[string]string:
			out = append(out, fmt.Sprintf("%s are %d", v.text, len(s)))
		default:
			if err == nil {
				out = append(out, fmt.Sprintf("%s is %v", v.text, got))
			}
		}
	}
	if p.names&missing != 0 {
		return "not known"
	}
	return strings.Join(out, ", ")
}
