/** What the compiler does not do. Runs after every `tsc -b`. */
