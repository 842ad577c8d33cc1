// The Numenta Anomaly Benchmark v1.1: dotnet run -c Release --project bench/Elman.Nab -- NAB_FOLDER [part of a file's name]
// The detector of each file learns from its probation part only, and goes over the rows once, in order. No label and no later row is seen.
using System.Globalization;
using Elman;
using Elman.Nab;

if (args.Length == 0)
{
    Console.Error.WriteLine("give the folder of a checkout of https://github.com/numenta/NAB");
    return 2;
}

NabFile[] files = [.. NabFile.ReadAll(args[0]).Where(file => args.Length < 2 || file.Name.Contains(args[1], StringComparison.Ordinal))];
List<(NabFile File, double[] Scores)> scored = [];
List<(NabFile File, double[] Scores)> alarmed = [];
foreach (NabFile file in files)
{
    (double[] scores, double[] alarms) = Judge(file);
    scored.Add((file, scores));
    alarmed.Add((file, alarms));
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{file.Name,-70} {file.Times.Length,6} rows {file.Windows.Count} windows; alone: label-free {NabScore.At(1, [(file, alarms)], NabProfile.All[0]),8:0.0}, {alarms.Count(one => one > 0)} alarms"));
}

Console.WriteLine();
foreach (NabProfile profile in NabProfile.All)
{
    (double threshold, double score) = NabScore.Best(scored, profile);
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{profile.Name,-10} one threshold tuned on the labels: {score:0.0} (evidence {threshold:0.00}); label-free (sensitivity 50): {NabScore.At(1, alarmed, profile):0.0}"));
}

return 0;

// For each row the evidence −log10 p, and 1 where the detector alarms.
static (double[] Scores, double[] Alarms) Judge(NabFile file)
{
    int probation = file.Probation, coolDown = Math.Max(1, probation / 5);
    DetectorRows rows = new(["value"], file.Times, [file.Values]);
    DetectorOptions options = new() { CoolDown = coolDown };
    AnomalyDetector model = AnomalyDetector.Train(rows.Part(..probation), options);
    IReadOnlyList<Detection> said = model.Detect(rows);
    double[] scores = new double[rows.Count], alarms = new double[rows.Count];
    for (int row = probation; row < rows.Count; row++)
    {
        // What is not even one of a hundred counts for nothing.
        double evidence = -Math.Log10(Math.Max(Math.Min(said[row].TailProbability, said[row].WindowProbability), 1e-300));
        // The cool-down for any threshold: shortly after a row that counted, one counts only if it is a hundred times less probable.
        double before = 0;
        for (int back = Math.Max(probation, row - coolDown); back < row; back++) before = Math.Max(before, scores[back]);
        scores[row] = evidence < 2 ? 0 : before == 0 || evidence > before + 2 ? evidence : 0;
        alarms[row] = said[row].IsAlarm ? 1 : 0;
    }
    return (scores, alarms);
}
