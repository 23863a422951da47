package route

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/vm"
)

// Bounds of one condition. They keep a rule's cost to a few microseconds whatever is written: there are no loops in the
// language that is left (bounded), so the number of nodes is the number of steps.
const (
	maxCondition = 1000 // characters
	maxNodes     = 150
	maxPattern   = 200 // bytes of a regular expression, which runs in linear time
)

// condition is one compiled condition. Safe for concurrent use.
type condition struct {
	source  string
	program *vm.Program
	names   words
}

// Mistake is what is wrong with a condition, and where: Line and Column count from 1, Column in characters.
type Mistake struct {
	Line, Column int
	Says         string
}

// Error is the sentence for the person who wrote it.
func (m *Mistake) Error() string {
	return fmt.Sprintf("Line %d, column %d: %s", m.Line, m.Column, m.Says)
}

// options are what every condition is compiled with: typed names only, a yes or no at the end, no built-in functions but
// those of texts, and few nodes.
func options() []expr.Option {
	return []expr.Option{expr.Env(&Facts{}), expr.AsBool(), expr.DisableAllBuiltins(), expr.EnableBuiltin("len"), expr.EnableBuiltin("lower"), expr.MaxNodes(maxNodes),
		expr.Function("between", between, new(func(string, string, string) bool))}
}

// compileCondition reads a condition, or says what is wrong with it as a *Mistake.
func compileCondition(source string) (*condition, error) {
	source = strings.TrimSpace(source)
	if source == "" {
		return nil, &Mistake{1, 1, "A condition is missing. Write true if the rule is for every request."}
	}
	if n := utf8.RuneCountInString(source); n > maxCondition {
		return nil, &Mistake{1, 1, fmt.Sprintf("A condition has at most %d characters, this one has %d. Split the rule in two.", maxCondition, n)}
	}
	tree, err := parser.Parse(source)
	if err != nil {
		return nil, mistake(err)
	}
	look := bounded{source: []rune(source)}
	ast.Walk(&tree.Node, &look)
	if look.wrong != nil {
		return nil, look.wrong
	}
	program, err := expr.Compile(source, options()...)
	if err != nil {
		return nil, mistake(err)
	}
	return &condition{source: source, program: program, names: look.names}, nil
}

// machines are virtual machines at rest: their stacks are worth keeping.
var machines = sync.Pool{New: func() any { return &vm.VM{MemoryBudget: 1000} }}

// holds evaluates the condition. An error is a value that the condition cannot be asked of; such a rule does not match.
func (c *condition) holds(f *Facts) (bool, error) {
	v, err := run(c.program, f)
	yes, _ := v.(bool)
	return yes && err == nil, err
}

func run(p *vm.Program, f *Facts) (any, error) {
	m := machines.Get().(*vm.VM)
	defer machines.Put(m)
	return m.Run(p, f)
}

// place is the line and column, from 1, of a character.
func place(source []rune, at int) (line, column int) {
	line, column = 1, 1
	for _, r := range source[:min(at, len(source))] {
		column++
		if r == '\n' {
			line, column = line+1, 1
		}
	}
	return line, column
}

// mistake turns the library's error into our words.
func mistake(err error) *Mistake {
	var f *file.Error
	if !errors.As(err, &f) {
		f = &file.Error{Line: 1, Message: err.Error()}
	}
	m := &Mistake{max(f.Line, 1), f.Column + 1, ""}
	switch name, unknown := strings.CutPrefix(f.Message, "unknown name "); {
	case unknown:
		m.Says = unknownWord(name)
	case strings.HasPrefix(f.Message, "expected bool, but got "):
		m.Says = "The condition must come out as yes or no, and this is of the type " + strings.TrimPrefix(f.Message, "expected bool, but got ") + ". Compare it with something."
	case strings.HasPrefix(f.Message, "unexpected token EOF"):
		m.Says = "The condition ends before it is complete."
	case strings.Contains(f.Message, "maximum allowed nodes"):
		m.Says = fmt.Sprintf("This condition has more than %d parts. Split the rule in two.", maxNodes)
	default:
		m.Says = strings.ToUpper(f.Message[:1]) + f.Message[1:] + "."
	}
	return m
}

func unknownWord(name string) string {
	near, best := "", 3
	for _, w := range Words {
		if d := distance(name, w.Name); d < best {
			near, best = w.Name, d
		}
	}
	if near != "" {
		return fmt.Sprintf("There is no fact %q. Did you mean %s?", clip(name), near)
	}
	var all []string
	for _, w := range Words {
		all = append(all, w.Name)
	}
	return fmt.Sprintf("There is no fact %q. There are: %s; and the function between(time, \"09:00\", \"17:00\").", clip(name), strings.Join(all, ", "))
}

// distance is how many letters must be added, left out or replaced to make one word of another.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}
