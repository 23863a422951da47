package route

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"
)

// bounded collects the names in a condition and finds what could make it costly.
type bounded struct {
	source []rune
	names  words
	wrong  *Mistake
}

// Visit implements ast.Visitor.
func (b *bounded) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.IdentifierNode:
		b.names.add(n.Value)
	case *ast.PredicateNode, *ast.PointerNode:
		b.refuse(*node, "Conditions have no loops: all, any, filter and the like are not there. Compare with \"in\" and \"contains\".")
	case *ast.VariableDeclaratorNode, *ast.SequenceNode:
		b.refuse(*node, "A condition is one expression: it has no variables and no second statement.")
	case *ast.SliceNode:
		b.refuse(*node, "Parts of texts cannot be cut out. Use startsWith, endsWith, contains or matches.")
	case *ast.BinaryNode:
		b.binary(n)
	case *ast.CallNode:
		b.call(n)
	}
}

func (b *bounded) binary(n *ast.BinaryNode) {
	switch n.Operator {
	case "..":
		b.refuse(n, "Ranges are not there. Write two comparisons: hour >= 9 and hour < 17.")
	case "**", "^":
		b.refuse(n, "Powers are not there. Compare with the number itself.")
	case "matches":
		s, ok := n.Right.(*ast.StringNode)
		switch {
		case !ok:
			b.refuse(n.Right, "The pattern behind matches must be a text in quotes.")
		case len(s.Value) > maxPattern:
			b.refuse(n.Right, fmt.Sprintf("A pattern has at most %d characters.", maxPattern))
		default:
			if _, err := regexp.Compile(s.Value); err != nil {
				b.refuse(n.Right, "This is not a regular expression (RE2): "+strings.TrimPrefix(err.Error(), "error parsing regexp: ")+".")
			}
		}
	case "==", "!=":
		b.choice(n.Left, n.Right)
		b.choice(n.Right, n.Left)
	case "in":
		if list, ok := n.Right.(*ast.ArrayNode); ok {
			for _, v := range list.Nodes {
				b.choice(n.Left, v)
			}
		}
	}
}

// choice refuses to compare a fact with a value that it never has: such a rule would lie in wait and never match.
func (b *bounded) choice(name, value ast.Node) {
	fact, isName := name.(*ast.IdentifierNode)
	s, isText := value.(*ast.StringNode)
	if !isName || !isText {
		return
	}
	if w, ok := WordOf(fact.Value); ok && len(w.Choices) > 0 && !slices.Contains(w.Choices, s.Value) {
		b.refuse(value, fmt.Sprintf("%s is never %q. It is one of %s.", w.Name, clip(s.Value), strings.Join(w.Choices, ", ")))
	}
}

func (b *bounded) call(n *ast.CallNode) {
	if f, ok := n.Callee.(*ast.IdentifierNode); !ok || f.Value != "between" || len(n.Arguments) != 3 {
		return // the compiler refuses it
	}
	for _, a := range n.Arguments[1:] {
		if s, ok := a.(*ast.StringNode); !ok || !clockForm(s.Value) {
			b.refuse(a, `between takes the time and two times of day: between(time, "09:00", "17:30"). It goes over midnight as well.`)
		}
	}
}

// refuse keeps the first thing that is wrong.
func (b *bounded) refuse(n ast.Node, says string) {
	if b.wrong == nil {
		line, column := place(b.source, n.Location().From)
		b.wrong = &Mistake{line, column, says}
	}
}
