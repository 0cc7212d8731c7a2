// The driver of the conformance suite (spec/driver.md): it does with x/telemetry
// what each line of its input asks for. It only calls and reports. A panic of
// x/telemetry ends it and an endless walk keeps it: the suite judges both.

package main

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

const protocol = 1

// An operation does what a task asks for and returns the result. Its error is
// of type refused if x/telemetry refuses the input, skipped if the driver
// cannot do this; every other has nothing to do with the input.
type operation func(t task) (any, error)

// Left out are those that Go has not, or only mixed with something that cannot
// be given: split-name, encode-stack (of program counters alone) and flag-name
// (of this very program alone); verdicts and ready, as it says nothing of what it
// leaves out; check-report, as the collector is no part of the toolchain.
var operations = map[string]operation{
	"compare-versions": compareVersions,
	"config-has":       configHas,
	"decode-name":      decodeName,
	"encode-float":     encodeFloat,
	"encode-string":    encodeString,
	"find-dir":         findDir,
	"identify":         identify,
	"race":             race,
	"read-config":      readConfig,
	"read-date":        readDate,
	"read-file":        readFile,
	"read-mode":        readMode,
	"read-report":      readReport,
	"read-time":        readTime,
	"read-weekends":    readWeekends,
	"report":           report,
	"set-mode":         setMode,
	"span":             span,
	"write":            write,
}

// A task is what an operation is called with.
type task struct {
	dir  string
	args json.RawMessage
}

// read decodes the arguments.
func (t task) read(args any) error {
	return json.Unmarshal(t.args, args)
}

// path is that of a file below the directory of the case.
func (t task) path(name string) (string, error) {
	local := filepath.FromSlash(name)
	if !filepath.IsLocal(local) {
		return "", fmt.Errorf("%q leads out of the case's directory", name)
	}
	return filepath.Join(t.dir, local), nil
}

type refused struct{ error }

type skipped struct{ error }

type none struct{}

// refusedUnlessOfFile is for what reads or writes files itself: what the system
// says of them is no judgement of the input.
func refusedUnlessOfFile(err error) error {
	if pathErr := (*fs.PathError)(nil); errors.As(err, &pathErr) {
		return err
	}
	return refused{err}
}

type request struct {
	Hello *int            `json:"hello"`
	Run   *string         `json:"run"`
	Op    string          `json:"op"`
	Dir   string          `json:"dir"`
	Args  json.RawMessage `json:"args"`
}

type hello struct {
	Protocol int               `json:"protocol"`
	Name     string            `json:"name"`
	Version  string            `json:"version"`
	Ops      []string          `json:"ops"`
	Details  []string          `json:"details"`
	Clock    string            `json:"clock"`
	Fixed    map[string]string `json:"fixed"`
}

type answer struct {
	ID      string `json:"id"`
	Version string `json:"version"`
	Outcome string `json:"outcome"`
	Result  any    `json:"result,omitempty"`
	Reason  string `json:"reason,omitempty"`
}

// answerRequests answers every line of the input, until it ends.
func answerRequests() error {
	input := bufio.NewReader(os.Stdin)
	output := json.NewEncoder(os.Stdout)
	for {
		line, err := input.ReadBytes('\n')
		if errors.Is(err, io.EOF) && len(line) == 0 {
			return nil
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		var asked request
		if err := json.Unmarshal(line, &asked); err != nil {
			return fmt.Errorf("not a request: %w", err)
		}
		switch {
		case asked.Hello != nil:
			err = output.Encode(introduction())
		case asked.Run != nil:
			err = output.Encode(run(asked))
		default:
			err = errors.New("a request without hello and run")
		}
		if err != nil {
			return err
		}
	}
}

func introduction() hello {
	ops := make([]string, 0, len(operations))
	for name := range operations {
		ops = append(ops, name)
	}
	slices.Sort(ops)
	return hello{
		Protocol: protocol,
		Name:     "x/telemetry",
		Version:  runtime.Version(),
		Ops:      ops,
		// An error of counter.Parse does not tell what is corrupt.
		Details: []string{},
		Clock:   "settable",
		Fixed:   map[string]string{"goos": runtime.GOOS, "goarch": runtime.GOARCH},
	}
}

func run(asked request) answer {
	given := answer{ID: *asked.Run, Version: runtime.Version(), Outcome: "ok"}
	do, known := operations[asked.Op]
	if !known {
		given.Outcome = "skip"
		given.Reason = "x/telemetry has nothing of its own to do this with"
		return given
	}
	result, err := do(task{dir: asked.Dir, args: asked.Args})
	if err == nil {
		given.Result = result
		return given
	}
	given.Reason = err.Error()
	switch {
	case errors.As(err, &refused{}):
		given.Outcome = "reject"
	case errors.As(err, &skipped{}):
		given.Outcome = "skip"
	default:
		given.Outcome = "error"
	}
	return given
}

// withEnvironment calls do while the environment is the one given and nothing
// else.
func withEnvironment(environment map[string]string, do func() error) error {
	before := os.Environ()
	defer func() {
		os.Clearenv()
		for _, variable := range before {
			name, value, _ := strings.Cut(variable, "=")
			// It was in the environment: it can be put there.
			_ = os.Setenv(name, value)
		}
	}()
	os.Clearenv()
	for name, value := range environment {
		if err := os.Setenv(name, value); err != nil {
			return err
		}
	}
	return do()
}

func fromHex(digits string) (string, error) {
	text, err := hex.DecodeString(digits)
	return string(text), err
}

func toHex(text string) string {
	return hex.EncodeToString([]byte(text))
}
