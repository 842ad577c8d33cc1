using System.Globalization;
using Elman.Stores;

// Tables from Parquet and PostgreSQL beside the bare readers of their libraries, in turns, in one process.
// dotnet run -c Release --project bench/Elman.Stores [rows of the Parquet file] [rows of the query]
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
int parquetRows = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 3_000_000;
int queryRows = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 1_000_000;
ParquetBench.Run(parquetRows);
PostgresBench.Run(queryRows);
