using BenchmarkDotNet.Running;

// dotnet run -c Release --project bench/Elman.Bench -- --filter '*'        (all; --list flat names them; --job short is quicker)
BenchmarkSwitcher.FromAssembly(typeof(Elman.Bench.LayerBenchmarks).Assembly).Run(args);
