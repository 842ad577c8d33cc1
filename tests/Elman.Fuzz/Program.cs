using SharpFuzz;

namespace Elman.Fuzz;

/// <summary>
/// What afl-fuzz runs (see tests/fuzz):
/// <c>Elman.Fuzz instrument</c> prepares the libraries beside this program, <c>Elman.Fuzz READER</c> then reads what afl-fuzz sends. With other libraries, <c>Elman.Fuzz READER FILE…</c> reads files once more.
/// </summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        switch (arguments)
        {
            case ["instrument"]:
                foreach (string library in (string[])["Elman.dll", "Elman.Formats.dll"])
                    Fuzzer.Instrument(Path.Combine(AppContext.BaseDirectory, library), name => name.StartsWith("Elman.", StringComparison.Ordinal), SharpFuzz.Options.Value);
                return 0;
            case [var reader]:
                // An instrumented library counts into memory that is there only within Run, so nothing of it may be touched before.
                string path = Path.Combine(Path.GetTempPath(), $"elman-fuzz-{Environment.ProcessId}");
                Fuzzer.OutOfProcess.Run(stream =>
                {
                    using (FileStream file = File.Create(path)) stream.CopyTo(file);
                    FileReaders.Check(reader, path);
                });
                return 0;
            case [var reader, .. var files]:
                foreach (string file in files) FileReaders.Check(reader, file);
                return 0;
            default:
                Console.Error.WriteLine("usage: Elman.Fuzz instrument | READER [FILE...], with READER a folder of tests/Elman.Fuzz/Corpus");
                return 2;
        }
    }
}
