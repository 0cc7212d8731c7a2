// The driver of Go's own counter files: it shows what x/telemetry makes of them,
// so that tests can compare, and measures how long it takes.
//
//	driver read FILE..          what counter.Parse returns, as JSON
//	driver bench ROUNDS FILE..  median time of one counter.Parse call
//	driver count DIR NAME..     add 1 to each counter, in telemetry directory DIR
//	driver nothing              end at once
//	driver open DIR             time of opening and counting once
//	driver increments DIR       time of additions, for each request on stdin
//	driver insert DIR OLD       time of new counters, names on stdin, OLD of them old
//	driver reattached DIR OLD   counters that moved while names on stdin were inserted
//	driver conformance          what requests of the conformance suite ask for
//	driver default-dir          the telemetry directory that the environment leads to
//	driver upload DIR URL CONFIG CONFIG_VERSION NOW [X]
//	                            make and send reports; NOW may be "now"
//
// tests/support/go.rs copies the x/telemetry of a Go toolchain and builds this
// program inside that copy, for the parser is in an internal package. The
// driver has no opinion of its own on what a file should hold. Its packages
// counter and upload become parts of x/telemetry's packages of these names.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/telemetry/internal/counter"
	"golang.org/x/telemetry/internal/telemetry"
)

// A walk of Go's parser over a cyclic chain need not end; a file that takes
// longer than this is reported as a hang.
const parseLimit = 5 * time.Second

// A measured round is at least this long, so that the clock's resolution and
// one unlucky interrupt do not show in the result.
const minRound = 5 * time.Millisecond

var errHang = errors.New("hang")

func main() {
	if len(os.Args) < 2 {
		misuse()
	}
	switch args := os.Args[2:]; os.Args[1] {
	case "count":
		if len(args) == 0 {
			misuse()
		}
		telemetry.Default = telemetry.NewDir(args[0])
		counter.Open(false)
		for _, name := range args[1:] {
			counter.New(name).Inc()
		}
	case "read":
		os.Exit(forEach(args, printFile))
	case "bench":
		if len(args) == 0 {
			misuse()
		}
		rounds, err := strconv.Atoi(args[0])
		if err != nil || rounds < 1 {
			misuse()
		}
		os.Exit(forEach(args[1:], func(path string) error {
			return printTime(path, rounds)
		}))
	case "nothing":
	case "conformance":
		if err := answerRequests(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	case "default-dir":
		fmt.Print(telemetry.Default.Dir())
	case "upload":
		if len(args) < 5 || len(args) > 6 {
			misuse()
		}
		os.Exit(forEach(args[:1], func(string) error {
			return runUploader(args)
		}))
	case "open", "increments", "insert", "reattached":
		if len(args) == 0 {
			misuse()
		}
		os.Exit(forEach(args[:1], func(dir string) error {
			return measure(os.Args[1], dir, args[1:])
		}))
	default:
		misuse()
	}
}

func misuse() {
	fmt.Fprintln(os.Stderr, "usage: driver read FILE.. | driver bench ROUNDS FILE.. | driver count DIR NAME.. | driver nothing | driver open DIR | driver increments DIR | driver insert DIR OLD | driver reattached DIR OLD | driver conformance | driver default-dir | driver upload DIR URL CONFIG CONFIG_VERSION NOW [X]")
	os.Exit(2)
}

// measure does what count.go measures.
func measure(what, dir string, args []string) error {
	switch what {
	case "open":
		return timeOpen(dir)
	case "increments":
		return answerIncrements(dir)
	}
	old, err := strconv.Atoi(strings.Join(args, " "))
	if err != nil {
		return err
	}
	if what == "insert" {
		return timeInsertions(dir, old)
	}
	return countReattached(dir, old)
}

// forEach calls do for every path, reports failures on stderr, one line each,
// and returns the exit status.
func forEach(paths []string, do func(path string) error) int {
	status := 0
	for _, path := range paths {
		if err := do(path); err != nil {
			fmt.Fprintf(os.Stderr, "%s: %s\n", path, reason(path, err))
			status = 1
		}
	}
	return status
}

// reason is the text of err without the path, which forEach prints itself.
func reason(path string, err error) string {
	if pathErr := (*fs.PathError)(nil); errors.As(err, &pathErr) {
		return pathErr.Err.Error()
	}
	return strings.TrimPrefix(err.Error(), path+": ")
}

// printFile prints one file in the format of Go's own dump command.
func printFile(path string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	file, err := parse(path, data)
	if err != nil {
		return err
	}
	text, err := json.MarshalIndent(file, "", "\t")
	if err != nil {
		return err
	}
	_, err = fmt.Printf("-- %s --\n%s\n", path, text)
	return err
}

// parse is counter.Parse, but a panic becomes an error, and so does a walk
// that does not end within parseLimit. The goroutine of such a walk cannot be
// stopped: it goes on until the driver exits.
func parse(path string, data []byte) (*counter.File, error) {
	type outcome struct {
		file *counter.File
		err  error
	}
	done := make(chan outcome, 1)
	go func() {
		// The parser reads through unsafe pointers; beyond the data there may
		// be an unmapped page, and that too must cost only this one file.
		debug.SetPanicOnFault(true)
		var out outcome
		defer func() {
			if cause := recover(); cause != nil {
				out = outcome{err: fmt.Errorf("panic: %v", cause)}
			}
			done <- out
		}()
		out.file, out.err = counter.Parse(path, data)
	}()
	select {
	case out := <-done:
		return out.file, out.err
	case <-time.After(parseLimit):
		return nil, errHang
	}
}

// printTime prints the median time of one counter.Parse call.
func printTime(path string, rounds int) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	// The first call shows that the file is readable at all; those that are
	// measured go without a goroutine and a timer.
	if _, err := parse(path, data); err != nil {
		return err
	}
	calls := callsPerRound(path, data)
	perCall := make([]int64, rounds)
	for i := range perCall {
		perCall[i] = timeCalls(path, data, calls).Nanoseconds() / int64(calls)
	}
	slices.Sort(perCall)
	_, err = fmt.Printf("%s %d\n", path, perCall[rounds/2])
	return err
}

// callsPerRound doubles the number of calls until a round is long enough.
func callsPerRound(path string, data []byte) int {
	calls := 1
	for timeCalls(path, data, calls) < minRound {
		calls *= 2
	}
	return calls
}

func timeCalls(path string, data []byte, calls int) time.Duration {
	start := time.Now()
	for range calls {
		// The error was seen to be nil before the measurement.
		_, _ = counter.Parse(path, data)
	}
	return time.Since(start)
}
