package main

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"path/filepath"
)

// The changes are those that mutation testing has by custom: a comparison turned round, one moved by its edge, sums and products
// exchanged, a step the other way, a sign lost.
var (
	turned    = map[token.Token]token.Token{token.EQL: token.NEQ, token.NEQ: token.EQL, token.LSS: token.GEQ, token.GEQ: token.LSS, token.GTR: token.LEQ, token.LEQ: token.GTR}
	edged     = map[token.Token]token.Token{token.LSS: token.LEQ, token.LEQ: token.LSS, token.GTR: token.GEQ, token.GEQ: token.GTR}
	exchanged = map[token.Token]struct {
		by   token.Token
		call string
	}{token.ADD: {token.SUB, "mutantAdd"}, token.SUB: {token.ADD, "mutantSub"}, token.MUL: {token.QUO, "mutantMul"}, token.QUO: {token.MUL, "mutantQuo"},
		token.REM: {token.MUL, "mutantRem"}}
)

// writer writes a file anew with all changes and their switches in it.
type writer struct {
	fset    *token.FileSet
	info    *types.Info
	src     []byte
	steps   map[ast.Stmt]bool // the i++ of a for or an if, where another if has no place
	changes *[]*change
}

// add notes a change and gives the number of its switch.
func (w *writer) add(n ast.Node, at token.Pos, from, to token.Token) int {
	p := w.fset.Position(at)
	*w.changes = append(*w.changes, &change{Where: fmt.Sprintf("%s:%d:%d", filepath.Base(p.Filename), p.Line, p.Column), What: fmt.Sprint(from, " → ", to),
		Code: string(w.src[w.offset(n.Pos()):w.offset(n.End())])})
	return len(*w.changes)
}

func (w *writer) offset(p token.Pos) int { return w.fset.Position(p).Offset }

// changeable reports whether n is changed itself. What is known when it is compiled is not: it stands where a call cannot.
func (w *writer) changeable(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.BinaryExpr:
		if w.info.Types[n].Value != nil {
			return false
		}
		_, compares := turned[n.Op]
		_, reckons := exchanged[n.Op]
		return compares || reckons && w.isNumber(n)
	case *ast.UnaryExpr:
		return n.Op == token.SUB && w.info.Types[n].Value == nil && w.isNumber(n)
	case *ast.IncDecStmt:
		return true
	}
	return false
}

func (w *writer) isNumber(e ast.Expr) bool {
	b, ok := w.info.TypeOf(e).Underlying().(*types.Basic)
	return ok && b.Info()&types.IsNumeric != 0 && b.Info()&types.IsUntyped == 0
}

// text is the source of n with the changes inside it.
func (w *writer) text(n ast.Node) string {
	if w.changeable(n) {
		return w.changed(n)
	}
	from, to := w.offset(n.Pos()), w.offset(n.End())
	if _, whole := n.(*ast.File); whole {
		from, to = 0, len(w.src)
	}
	out := ""
	ast.Inspect(n, func(inner ast.Node) bool {
		if d, ok := inner.(*ast.GenDecl); ok && d.Tok != token.VAR {
			return false
		}
		if inner == nil || !w.changeable(inner) {
			return true
		}
		out += string(w.src[from:w.offset(inner.Pos())]) + w.changed(inner)
		from = w.offset(inner.End())
		return false
	})
	return out + string(w.src[from:to])
}

// changed is n as it is and as it is changed, with a switch between.
func (w *writer) changed(n ast.Node) string {
	switch n := n.(type) {
	case *ast.UnaryExpr:
		return fmt.Sprintf("mutantNeg(%d, %s)", w.add(n, n.OpPos, token.SUB, token.ADD), w.text(n.X))
	case *ast.BinaryExpr:
		if other, ok := exchanged[n.Op]; ok {
			return fmt.Sprintf("%s(%d, %s, %s)", other.call, w.add(n, n.OpPos, n.Op, other.by), w.text(n.X), w.text(n.Y))
		}
		turn, edge := w.add(n, n.OpPos, n.Op, turned[n.Op]), 0
		if by, ok := edged[n.Op]; ok {
			edge = w.add(n, n.OpPos, n.Op, by)
		}
		x, y := w.text(n.X), w.text(n.Y)
		as := fmt.Sprintf("(%s %s %s)", x, n.Op, y)
		if edge > 0 {
			as = fmt.Sprintf("(mutantOn(%d) && %s %s %s || !mutantOn(%d) && %s)", edge, x, edged[n.Op], y, edge, as)
		}
		return fmt.Sprintf("(%s != mutantOn(%d))", as, turn)
	case *ast.IncDecStmt:
		other, by := token.DEC, "1"
		if n.Tok == token.DEC {
			other, by = token.INC, "-1"
		}
		id, x := w.add(n, n.TokPos, n.Tok, other), w.text(n.X)
		if w.steps[n] {
			return fmt.Sprintf("mutantStep(%d, &%s, %s)", id, x, by)
		}
		return fmt.Sprintf("if mutantOn(%d) { %s%s } else { %s%s }", id, x, other, x, n.Tok)
	}
	return ""
}
