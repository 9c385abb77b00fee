package docs_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// names are the declarations of each package of this module: its functions, types, constants and variables, and
// methods and fields, each with its type in front ("Service.Claim").
type names map[string]map[string]bool

func declaredNames(t *testing.T) names {
	t.Helper()

	declared := make(names)

	walk(t, root, func(path string) {
		if filepath.Ext(path) != ".go" || strings.Contains(path, "testdata") {
			return
		}

		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		require.NoError(t, err)

		for _, declaration := range file.Decls {
			declared.add(file.Name.Name, declaration)
		}
	})

	return declared
}

func (n names) add(pkg string, declaration ast.Decl) {
	if n[pkg] == nil {
		n[pkg] = make(map[string]bool)
	}

	switch declaration := declaration.(type) {
	case *ast.FuncDecl:
		name := declaration.Name.Name
		if declaration.Recv != nil {
			name = receiver(declaration.Recv.List[0].Type) + "." + name
		}

		n[pkg][name] = true
	case *ast.GenDecl:
		for _, spec := range declaration.Specs {
			n.addSpec(pkg, spec)
		}
	}
}

func (n names) addSpec(pkg string, spec ast.Spec) {
	switch spec := spec.(type) {
	case *ast.ValueSpec:
		for _, name := range spec.Names {
			n[pkg][name.Name] = true
		}
	case *ast.TypeSpec:
		n[pkg][spec.Name.Name] = true

		var members *ast.FieldList

		switch kind := spec.Type.(type) {
		case *ast.StructType:
			members = kind.Fields
		case *ast.InterfaceType:
			members = kind.Methods
		default:
			return
		}

		for _, member := range members.List {
			for _, name := range member.Names {
				n[pkg][spec.Name.Name+"."+name.Name] = true
			}
		}
	}
}

// receiver is the name of a method's type, which may be a pointer and have parameters.
func receiver(expression ast.Expr) string {
	switch expression := expression.(type) {
	case *ast.StarExpr:
		return receiver(expression.X)
	case *ast.IndexExpr:
		return receiver(expression.X)
	case *ast.IndexListExpr:
		return receiver(expression.X)
	case *ast.Ident:
		return expression.Name
	default:
		return ""
	}
}

// Pages name Go code as `package.Name` or `package.Type.Method`. Without this test, a renamed function would leave a
// page that sends its readers after something that is not there.
func TestEachGoNameThatAPageUsesIsDeclared(t *testing.T) {
	t.Parallel()

	declared := declaredNames(t)
	goName := regexp.MustCompile(`^([a-z]\w*)\.([A-Za-z]\w*(?:\.[A-Za-z]\w*)?)(?:\(\))?$`)
	aFile := regexp.MustCompile(`\.(go|mod|sum|md|mjs|ts|tsx|sql|yml|json|csv|db|graphqls?|html|css|service|sh)$`)

	for _, page := range pages(t) {
		for _, span := range page.codeSpans() {
			found := goName.FindStringSubmatch(span)
			if found == nil || aFile.MatchString(span) || declared[found[1]] == nil {
				continue
			}

			assert.True(t, declared[found[1]][found[2]], "%s names %s, which is not declared", page.path, span)
		}
	}
}

func TestEachMakeTargetThatAPageNamesExists(t *testing.T) {
	t.Parallel()

	makefile, err := os.ReadFile(filepath.Join(root, "Makefile"))
	require.NoError(t, err)

	targets := make(map[string]bool)
	for _, found := range regexp.MustCompile(`(?m)^([a-z][a-z-]*):`).FindAllSubmatch(makefile, -1) {
		targets[string(found[1])] = true
	}

	command := regexp.MustCompile(`(?m)(?:^|[\s;&|])make ((?:[a-z][a-z-]*\b ?)+)`)

	for _, page := range pages(t) {
		code := page.fenced + "\n" + strings.Join(page.codeSpans(), "\n")
		for _, found := range command.FindAllStringSubmatch(code, -1) {
			for target := range strings.FieldsSeq(found[1]) {
				assert.True(t, targets[target], "%s says make %s, which the Makefile does not have", page.path, target)
			}
		}
	}
}

func TestEachGoTestThatAPageNamesExists(t *testing.T) {
	t.Parallel()

	known := tests(t)
	named := regexp.MustCompile(`\b(?:Test|Fuzz)[A-Z]\w+`)

	for _, page := range pages(t) {
		for _, name := range named.FindAllString(page.prose+page.fenced, -1) {
			assert.True(t, known[name], "%s names %s, which does not exist", page.path, name)
		}
	}
}
