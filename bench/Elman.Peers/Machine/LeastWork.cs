namespace Elman.Peers;

/// <summary>
/// Programs that do what a piece of work cannot do without, and nothing else. They run in turn with the libraries, so that whatever else the machine does hits them alike. The longest of their
/// medians is the least time that the work can have taken:
/// <list type="bullet">
/// <item>all multiply-adds, their operands from the first-level cache, in the largest tile that the registers hold, and then the cell's functions on registers; shared evenly by the threads;</item>
/// <item>of a single sequence in inference, the multiply-adds of all inputs, and then W_hh read in every step from where it lives, after which several threads meet, or by one thread if that is sooner; a single step reads W_ih too;</item>
/// <item>of a single sequence, one step after the other: the sum over h in its fixed order, each addition waiting for the one before, and the functions of one unit.</item>
/// </list>
/// </summary>
internal sealed class LeastWork
{
    /// <summary>Microseconds, roughly, of a turn of <see cref="Tiles"/>, of the functions of a vector of units, and of one run of a program.</summary>
    private const double TurnTime = 0.22, FunctionsTime = 0.025, RunTime = 12_000;

    private const long ReadInRun = 200_000_000;

    private const double ChainedInRun = 2_000_000;

    /// <summary>Of each list the shortest counts: ways to do the same.</summary>
    private readonly List<Program[]> _programs = [];

    /// <param name="bytesPerWeight">4, or 2 for bfloat16.</param>
    /// <param name="inputGradient">Whether training needs the gradient of the input.</param>
    public LeastWork(LayerRow row, bool training, int threads, int bytesPerWeight = 4, bool inputGradient = true)
    {
        double operations = row.Operations * (training ? 3 : 1) - (training && !inputGradient ? row.FirstInputOperations : 0);
        Compute(row, operations, threads);
        if (row.N > 1) return;
        if (!training) Read(row, threads, bytesPerWeight);
        Chain(row);
    }

    /// <summary>Each runs one program once.</summary>
    public IEnumerable<Action> Runs => _programs.SelectMany(ways => ways).Select(program => (Action)program.Run);

    /// <summary>The least time of the work, after some runs.</summary>
    public double Seconds => _programs.Max(ways => ways.Min(program => program.Seconds));

    private static double Turns(double operations, int threads) => operations / Tiles.Operations / threads;

    private void Compute(LayerRow row, double operations, int threads)
    {
        double turns = Turns(operations, threads), functions = (double)row.ValidSteps * row.Layers * row.Directions * ((row.H + CellFunctions.Width(row.H) - 1) / CellFunctions.Width(row.H)) / threads;
        double runs = RunTime / (turns * TurnTime + functions * FunctionsTime);
        CellFunctions[] many = [.. Enumerable.Range(0, threads).Select(_ => new CellFunctions(row.Cell, row.H, CellFunctions.Apart))];
        _programs.Add([new(threads, runs, () => thread => Tiles.MultiplyAdds((int)(turns * runs)) + many[thread].Run((int)(functions * runs)))]);
    }

    private void Read(LayerRow row, int threads, int bytesPerWeight)
    {
        Program alone = ReadBy(row, 1, bytesPerWeight);
        // A small row is done sooner by one thread, which meets nobody.
        _programs.Add(threads == 1 ? [alone] : [alone, ReadBy(row, threads, bytesPerWeight)]);
    }

    private static Program ReadBy(LayerRow row, int threads, int bytesPerWeight)
    {
        long bytes = ReadAgain(row) * bytesPerWeight / 4 / threads;
        int passes = (int)Math.Max(2, ReadInRun / bytes);
        double runs = (double)passes / row.L, turns = row.L == 1 ? 0 : Turns(row.InputOperations, threads);
        WorkingSet[] weights = [.. Enumerable.Range(0, threads).Select(_ => new WorkingSet(bytes))];
        return new(threads, runs, () =>
        {
            Meeting meeting = new(threads);
            return thread => Tiles.MultiplyAdds((int)(turns * runs)) + (threads == 1 ? weights[thread].Read(passes, alternately: true) : weights[thread].Read(passes, alternately: true, meeting, thread));
        });
    }

    private void Chain(LayerRow row)
    {
        int steps = (int)Math.Max(1, ChainedInRun / row.H);
        CellFunctions one = new(row.Cell, row.H, CellFunctions.Chained);
        _programs.Add([new(1, (double)steps / row.L, () => _ => Ceilings.MultiplyAddChain(steps * row.H) + one.Run(steps))]);
    }

    /// <summary>Bytes of weights that one sequence has to read.</summary>
    public static long Bytes(LayerRow row) => row.L * row.RecurrentBytes + row.InputBytes;

    /// <summary>The weights that it reads over and over.</summary>
    public static long ReadAgain(LayerRow row) => row.L == 1 ? row.RecurrentBytes + row.InputBytes : row.RecurrentBytes;

    /// <param name="amount">How many times the work one run does.</param>
    /// <param name="run">Makes one thread's part of a run; what that returns keeps the compiler from leaving it out.</param>
    private sealed class Program(int threads, double amount, Func<Func<int, float>> run)
    {
        private readonly List<double> _seconds = [];

        public double Seconds => Timing.Of(_seconds).Median / amount;

        public void Run() => _seconds.Add(Together.Seconds(threads, run()));
    }
}
