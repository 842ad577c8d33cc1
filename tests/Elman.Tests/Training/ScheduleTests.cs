using Elman.Tests.Reference;

namespace Elman.Tests.Training;

public class ScheduleTests
{
    [Theory]
    [MemberData(nameof(Fixture.Names), "schedules", MemberType = typeof(Fixture))]
    public void Every_rate_agrees_with_PyTorch(string name)
    {
        FixtureCase torch = Fixture.Load("schedules")[name];
        LearningRateSchedule schedule = Create(torch);
        float[] expected = torch.Outputs["lr"].Values;
        for (int step = 0; step < expected.Length; step++)
        {
            Near.Equal([expected[step]], [schedule.Rate], 1e-6, $"rate of step {step}");
            Advance(schedule, torch, step);
        }
    }

    [Theory]
    [MemberData(nameof(Fixture.Names), "schedules", MemberType = typeof(Fixture))]
    public void A_restored_schedule_goes_on_to_the_bit_from_any_step(string name)
    {
        FixtureCase torch = Fixture.Load("schedules")[name];
        int steps = torch.Outputs["lr"].Values.Length;
        for (int stop = 0; stop < steps; stop++)
        {
            LearningRateSchedule first = Create(torch), second = Create(torch);
            for (int step = 0; step < stop; step++) Advance(first, torch, step);
            second.LoadState(first.SaveState());
            for (int step = stop; step < steps; step++)
            {
                Assert.Equal(first.Rate, second.Rate);
                Advance(first, torch, step);
                Advance(second, torch, step);
            }
        }
    }

    [Fact]
    public void A_schedule_of_epochs_waits_for_the_warm_up_and_then_counts_epochs()
    {
        StepDecay schedule = new(1, interval: 1, factor: 0.5) { WarmUpSteps = 3, WarmUpStart = 0.25 };
        List<double> rates = [];
        for (int epoch = 0; epoch < 4; epoch++)
        {
            for (int step = 0; step < 2; step++)
            {
                rates.Add(schedule.Rate);
                schedule.StepDone(9);
            }
            schedule.EpochDone(9);
        }
        Assert.Equal([0.25, 0.5, 0.75, 1, 0.5, 0.5, 0.25, 0.25], rates);
    }

    [Fact]
    public void One_cycle_stays_at_its_end()
    {
        OneCycle schedule = new(0.5, length: 4, startDivisor: 10, endDivisor: 10);
        for (int step = 0; step < 9; step++) schedule.StepDone(0);
        Assert.Equal(0.005, schedule.Rate, 1e-12);
    }

    [Theory]
    [InlineData(1, 0.3)]
    [InlineData(2, 0.5)]
    [InlineData(3, 0.0)]
    [InlineData(3, 1.0)]
    public void One_cycle_of_a_few_steps_has_finite_rates_up_to_the_peak(int length, double rise)
    {
        OneCycle schedule = new(0.5, length, rise);
        for (int step = 0; step < length + 2; step++)
        {
            Assert.InRange(schedule.Rate, 0, 0.5);
            schedule.StepDone(0);
        }
    }

    [Fact]
    public void The_description_tells_all_settings()
    {
        Assert.Equal("cosine 0.1 to 0.001 in 20 per step, warm-up 5 from 0.1", new CosineDecay(0.1, 20, 0.001) { WarmUpSteps = 5 }.ToString());
        ReduceOnPlateau plateau = new(0.5, 0.5, patience: 0);
        string before = plateau.ToString();
        plateau.EpochDone(1);
        plateau.EpochDone(1);
        Assert.Equal(0.25, plateau.Rate);
        Assert.Equal(before, plateau.ToString());
    }

    [Fact]
    public void A_state_of_another_kind_is_refused() =>
        Assert.Throws<ArgumentException>(() => new ReduceOnPlateau(1).LoadState(new ConstantRate(1).SaveState()));

    private static void Advance(LearningRateSchedule schedule, FixtureCase torch, int step)
    {
        double metric = torch.Inputs.TryGetValue("metric", out FixtureTensor? metrics) ? metrics.Values[step] : 0;
        schedule.StepDone(metric);
        schedule.EpochDone(metric);
    }

    private static LearningRateSchedule Create(FixtureCase torch)
    {
        double rate = torch.Number("base_lr");
        return torch.Name switch
        {
            "step" => new StepDecay(rate, torch.Count("step_size"), torch.Number("gamma")),
            "cosine" or "cosine-floor" => new CosineDecay(rate, torch.Count("T_max"), torch.Number("eta_min", 0)),
            "one-cycle" or "one-cycle-own" => new OneCycle(
                torch.Number("max_lr"), torch.Count("total_steps"), torch.Number("pct_start", 0.3), torch.Number("div_factor", 25), torch.Number("final_div_factor", 1e4)),
            "warm-up" => new ConstantRate(rate) { WarmUpSteps = torch.Count("total_iters"), WarmUpStart = torch.Number("start_factor") },
            "warm-up-cosine" => new CosineDecay(rate, torch.Count("T_max")) { WarmUpSteps = torch.Count("warmup") },
            "plateau" or "plateau-cooldown" or "plateau-max" => new ReduceOnPlateau(
                rate, torch.Number("factor"), torch.Count("patience"), torch.Number("threshold"), (int)torch.Number("cooldown", 0),
                torch.Number("min_lr", 0), maximize: torch.Name == "plateau-max"),
            _ => throw new ArgumentException($"there is no schedule for '{torch.Name}'", nameof(torch)),
        };
    }
}
